import { type EpochMs, epochMs, nodeId, seconds, taskId } from "@mutirao/primitives";
import type { TaskRecord, TaskStatus } from "@mutirao/task-store";
import { describe, expect, test } from "vitest";
import { createMasterScene, draft, hello, ok, results } from "./support/master-scene.ts";

/** The scene's clock: moment 0 is this time of day. */
const START = 1_000_000;

function record(
  id: string,
  status: Partial<TaskStatus> = {},
  acceptedAt: EpochMs = epochMs(START - 2_000),
): TaskRecord {
  return {
    ...draft(id),
    acceptedAt,
    status: {
      state: "pending",
      attempts: 0,
      failures: 0,
      losses: 0,
      stories: [],
      worker: undefined,
      startedAt: undefined,
      endedAt: undefined,
      result: undefined,
      error: undefined,
      ...status,
    },
  };
}

const restarted = (...unfinished: readonly TaskRecord[]) =>
  createMasterScene({}, { unfinished, finished: [], leases: [] });

describe("a master that comes back", () => {
  test("goes on with what it had accepted, in the order of acceptance", () => {
    const scene = restarted(record("a"), record("b"));
    scene.opens("w");
    scene.says("w", hello("w", { slots: 2 }), results("w", [], { resynced: true }));
    expect(scene.told.at(-1)).toMatch(/"id":"a".*"id":"b"/);
    expect(scene.writes).toEqual([]);
  });

  test("knows how long its tasks have been waiting", () => {
    expect(restarted(record("a")).node.load(0 as never).oldestWaitMs).toBe(2_000);
  });

  test("waits a while for the worker that has been running a task for long, and lets it keep it", () => {
    const scene = restarted(record("a", { attempts: 1, worker: nodeId("w") }), record("b"));
    scene.opens("v");
    scene.says("v", hello("v", { slots: 2 }), results("v", [], { resynced: true }));
    expect(scene.told.filter((line) => line.includes('"tasks"')).join()).not.toContain('"id":"a"');
    scene.passTo(3);
    scene.opens("w");
    scene.says("w", hello("w", { holding: [["a", 1]] }), results("w", [], { resynced: true }));
    scene.passTo(9);
    expect(scene.told.filter((line) => line.includes('"id":"a"'))).toEqual([]);
    scene.says("w", results("w", [ok("a")]));
    expect(scene.kept("a")).toMatchObject({ state: "done", attempts: 1, losses: 0, failures: 0 });
  });

  test("gives that task to another when the worker does not come, which costs no attempt", () => {
    const scene = restarted(record("a", { attempts: 1, worker: nodeId("w") }));
    scene.opens("v");
    scene.says("v", hello("v"), results("v", [], { resynced: true }));
    scene.passTo(5);
    expect(scene.told.at(-1)).toContain('"id":"a","n":2');
    scene.says("v", results("v", [ok("a", 2)]));
    expect(scene.kept("a")).toMatchObject({ state: "done", attempts: 2, losses: 0, failures: 0 });
  });

  test("takes the result of a worker that finished while it was down", () => {
    const scene = restarted(record("a"));
    scene.opens("w");
    scene.says("w", hello("w", { slots: 0 }), results("w", [ok("a")], { resynced: true }));
    expect(scene.kept("a")).toMatchObject({ state: "done", worker: "w" });
  });

  test("counts the attempt that such a result is of, though it was never told of it", () => {
    const scene = restarted(record("a"), record("b", { attempts: 1, startedAt: epochMs(START - 500) }));
    scene.opens("w");
    scene.says("w", hello("w", { slots: 0 }), results("w", [ok("a", 2), ok("b", 1)], { resynced: true }));
    expect(scene.kept("a")).toMatchObject({ state: "done", attempts: 2, startedAt: START - 2_000, endedAt: START });
    expect(scene.kept("b")).toMatchObject({ state: "done", attempts: 1, startedAt: START - 500, endedAt: START });
  });

  test("records nothing twice: what has ended is known by its id", () => {
    const scene = createMasterScene(
      {},
      { unfinished: [], finished: [{ id: taskId("a"), state: "done", endedAt: epochMs(START) }], leases: [] },
    );
    scene.submits(draft("a"));
    expect(scene.answers).toEqual([{ kind: "submitted", drafts: [{ id: "a", isAccepted: true, isDuplicate: true }] }]);
    scene.opens("w");
    scene.says("w", hello("w"), results("w", [ok("a")], { resynced: true }));
    expect(scene.writes).toEqual([]);
    expect(scene.told.at(-1)).toContain('"acks":[["a",1]]');
  });

  test("marks in the store what runs for longer than a second, so that it knows next time", () => {
    const scene = createMasterScene();
    scene.opens("w");
    scene.says("w", hello("w"), results("w", [], { resynced: true }));
    scene.submits(draft("a"));
    expect(scene.kept("a")).toMatchObject({ worker: undefined, attempts: 0 });
    scene.passTo(1);
    expect(scene.kept("a")).toMatchObject({ state: "pending", worker: "w", attempts: 1 });
  });
});

describe("a disk that is full", () => {
  test("refuses what is handed in, with a word on when to try again, and forgets it", () => {
    const scene = createMasterScene();
    scene.slowDisk();
    scene.submits(draft("a"));
    scene.refuse("ERR_STORE_FULL");
    expect(scene.answers).toEqual([
      {
        kind: "submitted",
        drafts: [{ id: "a", isAccepted: false, refusal: { code: "ERR_STORE_FULL_NOW", retryAfterMs: 5_000 } }],
      },
    ]);
    expect(scene.ids()).toEqual([]);
    scene.submits(draft("a"));
    scene.commit();
    expect(scene.answers.at(-1)).toMatchObject({ drafts: [{ isAccepted: true, isDuplicate: false }] });
  });

  test("acknowledges no result, goes on running, and writes it again until there is room", () => {
    const scene = createMasterScene();
    scene.opens("w");
    scene.says("w", hello("w"), results("w", [], { resynced: true }));
    scene.submits(draft("a"), draft("b"));
    scene.slowDisk();
    scene.says("w", results("w", [ok("a")]));
    scene.skip();
    scene.refuse("ERR_STORE_FULL");
    expect(scene.told).toEqual(['0 store-refused {"code":"ERR_STORE_FULL"}']);
    scene.passTo(1);
    scene.refuse("ERR_STORE_FULL");
    scene.passTo(2);
    expect(scene.ids()).toEqual(["a", "b"]);
    scene.commit();
    expect(scene.told.some((line) => line.includes('"acks":[["a",1]]'))).toBe(true);
    expect(scene.ids()).toEqual(["b"]);
  });

  test("answers a second submission of what was refused with the same refusal", () => {
    const scene = createMasterScene();
    scene.slowDisk();
    scene.submits(draft("a"));
    scene.submits(draft("a"));
    scene.refuse("ERR_STORE_FULL");
    expect(scene.answers).toMatchObject([
      { drafts: [{ isAccepted: false }] },
      { drafts: [{ isAccepted: false, refusal: { code: "ERR_STORE_FULL_NOW" } }] },
    ]);
  });
});

test("a store that has failed refuses everything from then on", () => {
  const scene = createMasterScene();
  scene.slowDisk();
  scene.submits(draft("a"));
  scene.refuse("ERR_STORE_FAILED");
  scene.submits(draft("b"));
  expect(scene.answers).toMatchObject([
    { drafts: [{ refusal: { code: "ERR_STORE_DOWN" } }] },
    { drafts: [{ refusal: { code: "ERR_STORE_DOWN" } }] },
  ]);
});

describe("a task that ended badly", () => {
  const dead = record("a", { state: "dead", attempts: 3, losses: 3, failures: 1, stories: [] });

  test("can be tried again by hand, from the start", () => {
    const scene = createMasterScene(
      {},
      { unfinished: [], finished: [{ id: taskId("a"), state: "dead", endedAt: epochMs(START) }], leases: [] },
    );
    scene.opens("w");
    scene.says("w", hello("w"), results("w", [], { resynced: true }));
    scene.retries(dead);
    expect(scene.answers).toEqual([{ kind: "retried", task: "a" }]);
    expect(scene.kept("a")).toMatchObject({ state: "pending", losses: 0, failures: 0, attempts: 3 });
    expect(scene.told.at(-1)).toContain('"id":"a","n":4');
    scene.says("w", results("w", [ok("a", 4)]));
    expect(scene.kept("a")).toMatchObject({ state: "done" });
  });

  test("is not tried again while the backlog is full, which is said with a word on when to ask again", () => {
    const finished = [{ id: taskId("a"), state: "dead", endedAt: epochMs(START) }] as const;
    const scene = createMasterScene({ backlogMax: 1 }, { unfinished: [record("b")], finished, leases: [] });
    scene.retries(dead);
    const refusal = { code: "ERR_BACKLOG_FULL", retryAfterMs: 5_000 };
    expect(scene.answers).toEqual([{ kind: "refused", refusal }]);
    expect([scene.ids(), scene.writes]).toEqual([["b"], []]);
    scene.cancels("b");
    scene.retries(dead);
    expect(scene.answers.at(-1)).toEqual({ kind: "retried", task: "a" });
  });

  test("is not tried again twice at once, nor if it is done", () => {
    const finished = [
      { id: taskId("a"), state: "dead", endedAt: epochMs(START) },
      { id: taskId("b"), state: "done", endedAt: epochMs(START) },
    ] as const;
    const scene = createMasterScene({}, { unfinished: [], finished, leases: [] });
    scene.retries(dead);
    scene.retries(dead);
    scene.retries(record("b", { state: "done" }));
    expect(scene.answers.slice(1)).toMatchObject([
      { kind: "refused", refusal: { code: "ERR_TASK_NOT_ENDED" } },
      { kind: "refused", refusal: { code: "ERR_TASK_DONE" } },
    ]);
  });
});

test("ended tasks are forgotten after --keep, or above --keep-max", () => {
  const scene = createMasterScene({ keepMs: seconds(100), keepMax: 10 });
  scene.opens("w");
  scene.says("w", hello("w", { slots: 64 }), results("w", [], { resynced: true }));
  const drafts = Array.from({ length: 12 }, (_, index) => draft(`t${index}`));
  scene.submits(...drafts);
  scene.says(
    "w",
    results(
      "w",
      drafts.map(({ id }) => ok(id)),
    ),
  );
  expect(scene.told.filter((line) => line === "0 prune")).toHaveLength(1);
  scene.handle({ type: "store-pruned", tasks: drafts.slice(0, 2).map(({ id }) => id) });
  scene.submits(draft("t0"), draft("t5"));
  expect(scene.answers.at(-1)).toMatchObject({ drafts: [{ isDuplicate: false }, { isDuplicate: true }] });
  scene.passTo(61);
  expect(scene.told).toContain("60 prune");
});
