import { epochMs, nodeId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createBench, T0 } from "./support/bench.ts";

const iso = (ms: number): string => new Date(T0 + ms).toISOString();

describe("a master", () => {
  test("of the class is shown with what it says, and what it does not say is not known", () => {
    const bench = createBench();
    bench.report("m1", { farm: { tasksPending: undefined, workersReceived: 1, workersAlive: 4 }, maxTask: undefined });
    expect(bench.master("m1")).toMatchObject({
      ...{ id: "m1", source: "10.0.0.1", isOurs: false, freshness: "fresh", heardAt: iso(0), reports: 1 },
      ...{ state: "UNKNOWN", isInferred: true, backlog: null, backlogHigh: null, slots: null, waitP99Ms: null },
      workers: { alive: 4, owned: 3, lent: 1, borrowed: 1 },
      machine: { uptimeS: 1, diskPercent: null },
    });
  });

  test.each([
    [{ tasksPending: 3, workersAlive: 2 }, "NORMAL"],
    [{ tasksPending: 11, workersAlive: 2 }, "SATURATED"],
    [{ tasksPending: 1, workersAlive: 0 }, "STALLED"],
    [{ tasksPending: 0, workersAlive: 0 }, "NORMAL"],
    [{ tasksPending: 1, workersAlive: undefined }, "NORMAL"],
  ])("with %j is seen as %s", (farm, state) => {
    const bench = createBench();
    bench.report("m1", { farm });
    expect(bench.master("m1")).toMatchObject({ state, isInferred: true });
  });

  test("of ours is shown with its state and why, and its own words count more than what could be read off", () => {
    const bench = createBench();
    bench.report("m1", {
      farm: { tasksPending: 50 },
      extension: {
        ...{ state: "NORMAL", since: epochMs(T0 - 5_000), http: "10.0.0.1:10101" },
        figures: { intervalMs: 2_000, backlogHigh: 100, backlogLow: 20, slots: 4, busySlots: 3, workersLent: 2 },
      },
    });
    expect(bench.master("m1")).toMatchObject({
      ...{ isOurs: true, state: "NORMAL", isInferred: false, since: iso(-5_000), http: "10.0.0.1:10101" },
      ...{ intervalMs: 2_000, backlog: 50, backlogHigh: 100, backlogLow: 20, slots: 4, busySlots: 3 },
      workers: { lent: 2, borrowed: 1 },
    });
  });

  test("with a state that is none of ours is judged by its figures", () => {
    const bench = createBench();
    bench.report("m1", { farm: { tasksPending: 11 }, extension: { state: "<b>FINE</b>" } });
    expect(bench.master("m1")).toMatchObject({ state: "SATURATED", isInferred: true });
  });

  test("is stale after two intervals, gone after a minute at least, forgotten after an hour", () => {
    const bench = createBench();
    bench.report("m1", { extension: {} });
    bench.pass(20_000);
    expect(bench.master("m1")?.freshness).toBe("fresh");
    bench.pass(1_000);
    expect(bench.master("m1")?.freshness).toBe("stale");
    bench.pass(39_000);
    expect(bench.master("m1")?.freshness).toBe("stale");
    bench.pass(1_000);
    expect(bench.master("m1")?.freshness).toBe("gone");
    expect(bench.notices()).toContainEqual(["m1", "master-silent"]);
    bench.model.take();
    bench.pass(3_600_000);
    expect(bench.master("m1")).toBeUndefined();
    expect(bench.model.take()?.gone.masters).toStrictEqual(["m1"]);
  });

  test("that comes back is fresh, and that is told", () => {
    const bench = createBench();
    bench.report("m1");
    bench.pass(70_000);
    bench.report("m1");
    expect(bench.master("m1")?.freshness).toBe("fresh");
    expect(bench.notices()).toStrictEqual([
      ["m1", "master-appeared"],
      ["m1", "master-silent"],
      ["m1", "master-back"],
    ]);
  });

  test("that does not say its interval is learnt from; and nobody can claim to be fresh for ever", () => {
    const bench = createBench();
    for (let count = 0; count < 30; count++) {
      bench.report("quick");
      bench.pass(2_000);
    }
    expect(bench.master("quick")?.intervalMs).toBeGreaterThan(1_900);
    expect(bench.master("quick")?.intervalMs).toBeLessThan(2_200);
    bench.report("braggart", { extension: { figures: { intervalMs: 1e300 } } });
    bench.report("racer", { extension: { figures: { intervalMs: 0 } } });
    expect(bench.master("braggart")?.intervalMs).toBe(300_000);
    expect(bench.master("racer")?.intervalMs).toBe(10_000);
  });

  test("whose clock is a year off is as old as its report, and its clock is told", () => {
    const bench = createBench();
    const year = 31_536_000_000;
    bench.report("m1", { sentAt: epochMs(T0 + year) });
    bench.report("m2", { sentAt: undefined });
    expect(bench.master("m1")).toMatchObject({ heardAt: iso(0), freshness: "fresh", clockSkewMs: year });
    expect(bench.master("m2")).toMatchObject({ clockSkewMs: null });
  });

  test("with a crowd of peers shows some, and how many are left out", () => {
    const bench = createBench();
    const neighbours = Array.from({ length: 300 }, (_, index) => ({
      ...{ id: nodeId(`p${index}`), isAvailable: index % 2 === 0, lastHeartbeatAt: undefined },
    }));
    bench.report("m1", { neighbours });
    expect(bench.master("m1")).toMatchObject({ peersLeftOut: 284, peers: { length: 16 } });
    expect(bench.model.master("m1")).toMatchObject({ peersLeftOut: 44, peers: { length: 256 } });
    expect(bench.master("m1")?.peers[1]).toStrictEqual({ id: "p1", at: null, status: "TIMEOUT", lastSeenAt: null });
  });
});

describe("the table of masters", () => {
  test("has a limit: whoever sends many ids makes room from among his own", () => {
    const bench = createBench({ mastersMax: 5 });
    bench.report("honest", {}, "10.0.0.1");
    bench.pass(1_000);
    for (let count = 0; count < 100; count++) bench.report(`fake-${count}`, {}, "10.0.0.66");
    expect(
      bench.model
        .parts()
        .masters.map(({ id }) => id)
        .toSorted(),
    ).toStrictEqual([...["fake-96", "fake-97", "fake-98", "fake-99", "honest"]]);
    expect(bench.model.status()).toMatchObject({ mastersRefused: 96, reports: 101 });
  });

  test("takes an id for what it is: text", () => {
    const bench = createBench();
    const ids = ["<script>alert(1)</script>", "__proto__", "constructor", '"]', "\ud800", "a/../b"];
    for (const id of ids)
      bench.report(id, { extension: { workers: [{ id, status: "ALIVE", slots: 1, busy: 0, owner: undefined }] } });
    expect(bench.model.parts().masters.map(({ id }) => id)).toStrictEqual(ids);
    expect(new Set(bench.model.parts().workers.map(({ key }) => key)).size).toBe(ids.length);
  });
});

describe("the monitor is cut off", () => {
  test("if everybody falls silent together, until somebody is heard", () => {
    const bench = createBench();
    for (const id of ["m1", "m2", "m3"]) bench.report(id);
    bench.pass(15_000);
    expect(bench.model.status().isCutOff).toBe(false);
    bench.pass(10_000);
    expect(bench.model.status().isCutOff).toBe(true);
    bench.report("m2");
    bench.pass(1_000);
    expect(bench.model.status().isCutOff).toBe(false);
  });

  test("but not if only one is silent, or there is but one", () => {
    const bench = createBench();
    bench.report("m1");
    bench.pass(30_000);
    expect(bench.model.status().isCutOff).toBe(false);
    bench.report("m2");
    bench.pass(30_000);
    expect(bench.model.status().isCutOff).toBe(false);
  });
});

test("what was known before a restart is shown, as old as it is", () => {
  const before = createBench();
  before.report("m1", { extension: { state: "SATURATED", causes: ["backlog"] } });
  const { masters, notices } = before.model.parts();
  const bench = createBench();
  bench.pass(30_000);
  bench.model.restore({ masters, notices, exchanges: [] }, bench.now);
  expect(bench.master("m1")).toMatchObject({ ...masters[0], freshness: "stale", reports: 0 });
  expect(bench.notices()).toStrictEqual([["m1", "master-appeared"]]);
  bench.report("m1");
  expect(bench.master("m1")).toMatchObject({ freshness: "fresh", reports: 1 });
  expect(bench.model.parts().notices.map(({ n }) => n)).toStrictEqual([1, 2]);
  expect(bench.model.status().isCutOff).toBe(false);
});
