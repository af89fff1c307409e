import { type Endpoint, jsonText, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import type { LoadState } from "../src/index.ts";
import { type LoadThresholds, nextLoadState } from "../src/policies/load-state.ts";
import { createMasterScene, draft, hello, ok, results } from "./support/master-scene.ts";

const thresholds: LoadThresholds = {
  backlog: { high: 10, low: 4 },
  waitMs: { high: 1_000, low: 200 },
  stalledAfterMs: 5_000,
};
const calm = { backlog: 0, estimatedWaitMs: 0, workers: 1, unattendedMs: 0 };

describe("the state of the load", () => {
  test.each<[LoadState, Partial<typeof calm>, LoadState, string[]]>([
    ["NORMAL", {}, "NORMAL", []],
    ["NORMAL", { backlog: 10 }, "NORMAL", []],
    ["NORMAL", { backlog: 11 }, "SATURATED", ["backlog"]],
    ["SATURATED", { backlog: 4 }, "SATURATED", ["backlog"]],
    ["SATURATED", { backlog: 3 }, "NORMAL", []],
    ["NORMAL", { backlog: 1, estimatedWaitMs: 1_001 }, "SATURATED", ["estimatedWait"]],
    ["SATURATED", { backlog: 1, estimatedWaitMs: 200 }, "SATURATED", ["estimatedWait"]],
    ["SATURATED", { backlog: 1, estimatedWaitMs: 199 }, "NORMAL", []],
    ["NORMAL", { backlog: 11, estimatedWaitMs: 1_001 }, "SATURATED", ["backlog", "estimatedWait"]],
    ["NORMAL", { backlog: 1, workers: 0, unattendedMs: 4_999 }, "NORMAL", []],
    ["NORMAL", { backlog: 1, workers: 0, unattendedMs: 5_000 }, "STALLED", ["workers"]],
    ["SATURATED", { backlog: 20, workers: 0, unattendedMs: 5_000 }, "STALLED", ["workers"]],
    ["STALLED", { backlog: 20 }, "SATURATED", ["backlog"]],
    ["STALLED", { backlog: 5 }, "NORMAL", []],
    ["STALLED", { backlog: 0, workers: 0, unattendedMs: 9_000 }, "NORMAL", []],
  ])("%s with %o is %s, because of %j", (current, figures, state, causes) => {
    expect(nextLoadState(current, { ...calm, ...figures }, thresholds)).toEqual({ state, causes });
  });

  test("changes at most four times in an hour in which the backlog wavers around a mark", () => {
    let state: LoadState = "NORMAL";
    let changes = 0;
    for (let second = 0; second < 3_600; second++) {
      const backlog = (second < 1_800 ? 10 : 4) + (second % 2);
      const next: LoadState = nextLoadState(state, { ...calm, backlog }, thresholds).state;
      if (next !== state) changes++;
      state = next;
    }
    expect(changes).toBeLessThanOrEqual(4);
  });
});

const many = (count: number) => Array.from({ length: count }, (_, index) => draft(`t${index}`));

describe("a master's load", () => {
  test("tells every change with its cause", () => {
    const scene = createMasterScene();
    scene.opens("w");
    scene.says("w", hello("w"), results("w", [], { resynced: true }));
    scene.skip();
    scene.submits(...many(12));
    const marks = { backlogHigh: 10, backlogLow: 4 };
    const saturated = { from: "NORMAL", to: "SATURATED", causes: ["backlog"], backlog: 11, workers: 1, ...marks };
    expect(scene.told.at(-1)).toBe(`0 load-changed ${JSON.stringify(saturated)}`);
    for (let index = 0; index < 8; index++) scene.says("w", results("w", [ok(`t${index}`)]));
    const normal = { from: "SATURATED", to: "NORMAL", causes: [], backlog: 3, workers: 1, ...marks };
    expect(scene.told).toContain(`0 load-changed ${JSON.stringify(normal)}`);
  });

  test("is STALLED when tasks wait and no worker has come for the grace", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"));
    scene.passTo(4.9);
    expect(scene.node.load(scene.now()).state).toBe("NORMAL");
    scene.passTo(5);
    const view = scene.node.load(scene.now());
    expect([view.state, view.causes, view.estimatedWaitMs]).toEqual(["STALLED", ["workers"], undefined]);
    // The figure that decided, with the mark that it is above.
    expect(view.terms.filter(({ isTripped }) => isTripped)).toMatchObject([
      { name: "workers", value: 0 },
      { name: "unattended", value: 5_000, unit: "ms", high: 5_000, low: undefined },
    ]);
    scene.opens("w");
    scene.says("w", hello("w"));
    expect(scene.node.load(scene.now()).state).toBe("NORMAL");
  });

  test("has its figures: service time, arrivals, estimated and oldest wait, slots", () => {
    const scene = createMasterScene();
    scene.opens("w");
    scene.says("w", hello("w", { slots: 2 }), results("w", [], { resynced: true }));
    scene.submits(...many(2));
    scene.passTo(1);
    scene.says("w", results("w", [ok("t0"), ok("t1")]));
    scene.submits(...Array.from({ length: 6 }, (_, index) => draft(`u${index}`)));
    scene.passTo(1.5);
    const view = scene.node.load(scene.now());
    expect(view).toMatchObject({ backlog: 4, running: 2, slots: 2, busySlots: 2, workers: 1, idleWorkers: 0 });
    expect([view.serviceMs, view.estimatedWaitMs, view.oldestWaitMs]).toEqual([1_000, 2_000, 500]);
    expect(view.arrivalsPerS).toBeGreaterThan(0.5);
    expect(view.terms.find(({ name }) => name === "backlog")).toEqual({
      name: "backlog",
      value: 4,
      unit: "tasks",
      high: 10,
      low: 4,
      isTripped: false,
    });
  });

  test("refuses above --backlog-max and --backlog-max-bytes, and says when to try again", () => {
    const scene = createMasterScene({ backlogMax: 2, backlogMaxBytes: 60 });
    const payload = jsonText(JSON.stringify({ USER: "x".repeat(30) }));
    scene.submits(draft("a"), draft("big", { payload }), draft("b", { payload }), draft("c"), draft("d"));
    const [answer] = scene.answers;
    const drafts = answer?.kind === "submitted" ? answer.drafts : [];
    expect(drafts.map((one) => (one.isAccepted ? one.id : one.refusal.code))).toEqual([
      "a",
      "big",
      "ERR_BACKLOG_FULL",
      "ERR_BACKLOG_FULL",
      "ERR_BACKLOG_FULL",
    ]);
    expect(drafts.at(-1)).toMatchObject({ refusal: { retryAfterMs: 5_000 } });
  });
});

describe("load reports", () => {
  const monitor: Endpoint = { host: "127.0.0.1", port: 9190 };
  const figures = {
    system: {
      uptimeS: 1,
      loadAverage1m: 0.5,
      loadAverage5m: 0.25,
      cpuPercent: 10,
      cpusLogical: 2,
      cpusPhysical: 2,
      memoryTotalMb: 1_000,
      memoryAvailableMb: 400,
      memoryPercent: 60,
      memoryUsedMb: 600,
      diskTotalGb: 10,
      diskFreeGb: 5,
      diskPercent: 50,
    },
    lagMs: seconds(0),
    processCpu: 0.1,
    rssMb: 50,
  };

  test("go out every --monitor-interval on a connection of their own", () => {
    const scene = createMasterScene({ monitor });
    scene.handle({ type: "host-measured", figures, wallOffsetMs: 1_000_000 });
    scene.submits(draft("a"));
    scene.passTo(10);
    expect(scene.told.at(-1)).toBe("10 dial 127.0.0.1:9190");
    scene.dialled("127.0.0.1:9190");
    const line = scene.told.find((text) => text.includes("performance_report")) ?? "";
    const report = JSON.parse(line.slice(line.indexOf("{")));
    expect(report).toMatchObject({
      server_uuid: "m",
      task: "performance_report",
      timestamp: "1970-01-01T00:16:50.000Z",
      performance: { farm_state: { tasks: { tasks_pending: 1 } }, config_thresholds: { max_task: 10 } },
    });
    expect(scene.told.at(-1)).toBe("10 127.0.0.1:9190 <- close");
  });

  test("that reach nobody cost nothing but a counted failure", () => {
    const scene = createMasterScene({ monitor });
    scene.handle({ type: "host-measured", figures, wallOffsetMs: 0 });
    const dialled: unknown[] = [];
    for (const atS of [10, 20]) {
      scene.passTo(atS);
      dialled.push(scene.told.at(-1));
      scene.dialFails("127.0.0.1:9190");
    }
    expect(dialled).toEqual(["10 dial 127.0.0.1:9190", "20 dial 127.0.0.1:9190"]);
    expect(scene.told.at(-1)).toContain('"failures":2');
  });
});
