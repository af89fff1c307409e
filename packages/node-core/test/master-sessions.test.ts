import { jsonText, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createMasterScene, draft, hello, nok, ok, results } from "./support/master-scene.ts";

const WELCOME = '{"SERVER_UUID":"m","TASK":"NO_TASK","EXT":{"v":1,"graceMs":5000,"intervalMs":2000,"timeoutMs":10000}}';
const work = (...tasks: readonly [string, number][]): string =>
  `{"TASK":"QUERY","EXT":{"v":1,"tasks":[${tasks
    .map(([id, n]) => `{"id":"${id}","n":${n},"type":"QUERY","payload":{"USER":"ana"},"ms":60000}`)
    .join(",")}]}}`;

/** A scene with a worker of ours that has said all that it had. */
function withWorker(changes: object = {}, options: Parameters<typeof createMasterScene>[0] = {}) {
  const scene = createMasterScene(options);
  scene.opens("w");
  scene.says("w", hello("w", changes), results("w", [], { resynced: true }));
  return scene;
}

describe("a task", () => {
  test("is accepted, given to a worker, recorded, and acknowledged", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.says("w", results("w", [ok("a")]));
    expect(scene.told).toEqual([
      `0 w <- ${WELCOME}`,
      `0 w <- ${work(["a", 1])}`,
      '0 task-recorded {"task":"a","taskType":"QUERY","state":"done","worker":"w"}',
      '0 w <- {"STATUS":"ACK","EXT":{"v":1,"acks":[["a",1]]}}',
    ]);
    expect(scene.answers).toEqual([{ kind: "submitted", drafts: [{ id: "a", isAccepted: true, isDuplicate: false }] }]);
    expect(scene.kept("a")).toMatchObject({ state: "done", attempts: 1, worker: "w", result: '{"SALDO":1}' });
    expect(scene.ids()).toEqual([]);
  });

  test("may be answered with a line of its own, however many tasks there are in a second", () => {
    const scene = withWorker({}, { workerLinesPerSecondMax: 7_000 });
    scene.opens("stranger");
    scene.says("stranger", { SERVER_UUID: "peer", TASK: "HEARTBEAT" });
    expect([...scene.allowed]).toEqual([["w", 7_000]]);
  });

  test("is answered for, and given out, only once it is durable", () => {
    const scene = withWorker();
    scene.skip();
    scene.slowDisk();
    scene.submits(draft("a"));
    expect([scene.answers, scene.told]).toEqual([[], []]);
    scene.commit();
    expect(scene.answers).toHaveLength(1);
    expect(scene.told).toEqual([`0 w <- ${work(["a", 1])}`]);
  });

  test("leaves the backlog when its result is durable, and the worker is told only then", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.skip();
    scene.slowDisk();
    scene.says("w", results("w", [ok("a")]));
    expect(scene.told).toEqual([]);
    expect(scene.ids()).toEqual(["a"]);
    scene.commit();
    expect(scene.told.some((line) => line.includes('"acks":[["a",1]]'))).toBe(true);
    expect(scene.ids()).toEqual([]);
  });

  test("handed in twice under one id is one task", () => {
    const scene = withWorker({ slots: 2 });
    scene.submits(draft("a"), draft("a"));
    scene.submits(draft("a"));
    expect(scene.answers.flatMap((answer) => (answer.kind === "submitted" ? answer.drafts : []))).toEqual([
      { id: "a", isAccepted: true, isDuplicate: false },
      { id: "a", isAccepted: true, isDuplicate: true },
      { id: "a", isAccepted: true, isDuplicate: true },
    ]);
    scene.says("w", results("w", [ok("a")]));
    scene.submits(draft("a"));
    expect(scene.answers.at(-1)).toEqual({
      kind: "submitted",
      drafts: [{ id: "a", isAccepted: true, isDuplicate: true }],
    });
    expect(scene.ids()).toEqual([]);
  });

  test("handed in again before it is durable is answered when it is", () => {
    const scene = withWorker();
    scene.slowDisk();
    scene.submits(draft("a"));
    scene.submits(draft("a"));
    expect(scene.answers).toEqual([]);
    scene.commit();
    expect(scene.answers).toHaveLength(2);
  });

  test("whose type no worker has waits, and holds up nobody", () => {
    const scene = withWorker();
    scene.skip();
    scene.submits(draft("x", { type: "OTHER" }), draft("a"));
    expect(scene.told).toEqual([`0 w <- ${work(["a", 1])}`]);
    expect(scene.node.load(scene.now()).backlog).toBe(1);
  });

  test("of a higher priority goes first; of equal ones, the first that was accepted", () => {
    const scene = withWorker();
    scene.skip();
    scene.submits(draft("a"));
    scene.submits(draft("b"), draft("c", { priority: 5 }), draft("d"));
    for (const id of ["a", "c", "b"]) scene.says("w", results("w", [ok(id)]));
    expect(scene.told.filter((line) => line.includes('"tasks"')).map((line) => /"id":"(.)"/.exec(line)?.[1])).toEqual([
      "a",
      "c",
      "b",
      "d",
    ]);
  });

  test("is shared out: a few tasks go to many workers, not many to one", () => {
    const scene = createMasterScene();
    for (const worker of ["v", "w"]) {
      scene.opens(worker);
      scene.says(worker, hello(worker, { slots: 4 }), results(worker, [], { resynced: true }));
    }
    scene.skip();
    scene.submits(draft("a"), draft("b"));
    expect(scene.told).toEqual([`0 v <- ${work(["a", 1])}`, `0 w <- ${work(["b", 1])}`]);
  });

  test("never exceeds the slots of its worker, and shares a line with others", () => {
    const scene = withWorker({ slots: 2 });
    scene.skip();
    scene.submits(draft("a"), draft("b"), draft("c"));
    expect(scene.told).toEqual([`0 w <- ${work(["a", 1], ["b", 1])}`]);
    scene.skip();
    scene.says("w", results("w", [ok("b")]));
    expect(scene.told[0]).toBe(`0 w <- ${work(["c", 1])}`);
  });
});

describe("NOK", () => {
  test("is retried with back-off, and after --max-attempts the task has failed", () => {
    const scene = withWorker({}, { retryMs: seconds(1) });
    scene.submits(draft("a"));
    for (const n of [1, 2, 3]) {
      scene.says("w", results("w", [nok("a", "ERR_TASK_FAILED", n)]));
      scene.passTo(scene.now() / 1_000 + 5);
      scene.says("w", { TASK: "WORKER_HEARTBEAT", WORKER_UUID: "w" });
    }
    const given = scene.told.filter((line) => line.includes('"tasks"'));
    expect(given.map((line) => /"n":(\d)/.exec(line)?.[1])).toEqual(["1", "2", "3"]);
    const [first = 0, second = 0, third = 0] = given.map((line) => Number(line.split(" ")[0]));
    expect([second - first >= 0.5 && second - first <= 1, third - second > 0]).toEqual([true, true]);
    expect(scene.kept("a")).toMatchObject({
      state: "failed",
      attempts: 3,
      failures: 3,
      error: { code: "ERR_TASK_FAILED", message: "no" },
      stories: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
    });
  });

  test.each(["ERR_TASK_ABORTED", "ERR_WORKER_BUSY"])("%s costs the task nothing", (code) => {
    const scene = withWorker();
    scene.submits(draft("a"), draft("b"));
    scene.skip();
    scene.says("w", results("w", [nok("a", code)]));
    // It has its place again, before the one that came after it.
    expect(scene.told).toContain(`0 w <- ${work(["a", 2])}`);
    scene.says("w", results("w", [ok("a", 2)]));
    expect(scene.kept("a")).toMatchObject({ state: "done", failures: 0, losses: 0, stories: [] });
  });
});

describe("a worker that is lost", () => {
  test("keeps its task if it is back within the grace", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.closes("w");
    scene.passTo(4);
    scene.skip();
    scene.opens("w2");
    scene.says("w2", hello("w", { holding: [["a", 1]] }), results("w", [], { resynced: true }));
    scene.passTo(8);
    expect(scene.told.slice(0, 2)).toEqual([`4 w2 <- ${WELCOME}`]);
    scene.says("w2", results("w", [ok("a")]));
    expect(scene.kept("a")).toMatchObject({ state: "done", attempts: 1, losses: 0 });
  });

  test("gives it back to the head of the backlog when the grace is over", () => {
    const scene = withWorker();
    scene.submits(draft("a"), draft("b"));
    scene.closes("w");
    scene.passTo(4.9);
    scene.opens("v");
    scene.says("v", hello("v", { slots: 1 }), results("v", [], { resynced: true }));
    scene.passTo(5.1);
    scene.says("v", results("v", [ok("b")]));
    const given = scene.told.filter((line) => line.includes("v <-") && line.includes('"tasks"'));
    expect(given).toEqual([`4.9 v <- ${work(["b", 1])}`, `5.1 v <- ${work(["a", 2])}`]);
    expect(scene.told).toContain(
      '5 attempt-failed {"task":"a","attempt":1,"worker":"w","code":"ERR_WORKER_LOST","message":"its connection was gone for too long"}',
    );
  });

  test("gives back at once what its next process does not have", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.closes("w");
    scene.passTo(1);
    scene.skip();
    scene.opens("w2");
    scene.says("w2", hello("w", { boot: "w-2" }), results("w", [], { resynced: true }));
    expect(scene.told.at(-1)).toBe(`1 w2 <- ${work(["a", 2])}`);
    expect(scene.kept("a")).toMatchObject({ losses: 1, stories: [{ code: "ERR_WORKER_LOST" }] });
  });

  test("under one task three times makes that task dead, with the three stories", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"));
    for (const n of [1, 2, 3]) {
      scene.opens(`w${n}`);
      scene.says(`w${n}`, hello(`w${n}`), results(`w${n}`, [], { resynced: true }));
      scene.closes(`w${n}`);
      scene.passTo(n * 6);
    }
    expect(scene.kept("a")).toMatchObject({
      state: "dead",
      losses: 3,
      stories: [{ worker: "w1" }, { worker: "w2" }, { worker: "w3" }],
      error: { code: "ERR_WORKER_LOST" },
    });
    expect(scene.ids()).toEqual([]);
  });

  test("without a word, though its connection stands, is noticed by its heartbeats", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.passTo(9.9);
    scene.says("w", { TASK: "WORKER_HEARTBEAT", WORKER_UUID: "w" });
    expect(scene.told.at(-1)).toContain('"RESPONSE":"ALIVE"');
    scene.skip();
    scene.passTo(19.8);
    expect(scene.told).toEqual([]);
    scene.passTo(20);
    expect(scene.told[0]).toBe('19.9 worker-gone {"worker":"w","why":"silent","running":1}');
    expect(scene.told).toContain("19.9 w <- close");
    expect(scene.node.task(scene.ids()[0] as never)?.state).toBe("pending");
  });

  test("is not blamed for a stall of the master's own", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.closes("w");
    scene.sleepTo(60);
    scene.wake();
    scene.passTo(64);
    scene.opens("w2");
    scene.says("w2", hello("w", { holding: [["a", 1]] }), results("w", [ok("a")], { resynced: true }));
    expect(scene.kept("a")).toMatchObject({ state: "done", losses: 0 });
  });

  test("that does not report within the task's time is told to stop, and another gets the task", () => {
    const scene = withWorker();
    scene.submits(draft("a", { timeoutMs: seconds(2) }));
    scene.passTo(6.9);
    scene.says("w", { TASK: "WORKER_HEARTBEAT", WORKER_UUID: "w" });
    scene.skip();
    scene.passTo(7.1);
    expect(scene.told).toContain('7 w <- {"TASK":"QUERY","EXT":{"v":1,"cancel":[["a",1]]}}');
    // Its slot is taken until it lets go.
    expect(scene.told.some((line) => line.includes('"tasks":[{'))).toBe(false);
    scene.says("w", results("w", [nok("a", "ERR_TASK_CANCELLED")]));
    expect(scene.told.at(-1)).toContain('"id":"a","n":2');
  });
});

describe("exactly once", () => {
  test("the first result of a task counts, later ones are acknowledged and noted as duplicates", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.closes("w");
    scene.passTo(5.1);
    scene.opens("v");
    scene.says("v", hello("v"), results("v", [], { resynced: true }));
    scene.opens("w2");
    scene.says("w2", hello("w"), results("w", [ok("a", 1)], { resynced: true }));
    expect(scene.kept("a")).toMatchObject({ state: "done", worker: "w", attempts: 2 });
    expect(scene.told).toContain('5.1 v <- {"TASK":"QUERY","EXT":{"v":1,"cancel":[["a",2]]}}');
    scene.skip();
    scene.says("v", results("v", [ok("a", 2)]));
    expect(scene.told).toEqual([
      '5.1 result-duplicate {"task":"a","worker":"v"}',
      '5.1 v <- {"STATUS":"ACK","EXT":{"v":1,"acks":[["a",2]]}}',
    ]);
    expect(scene.kept("a")).toMatchObject({ worker: "w" });
  });

  test("a second result that comes before the first is durable waits with it", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.skip();
    scene.slowDisk();
    scene.says("w", results("w", [ok("a")]));
    scene.says("w", results("w", [ok("a")]));
    expect(scene.told.filter((line) => line.includes("acks"))).toEqual([]);
    scene.commit();
    expect(scene.told.filter((line) => line.includes("acks"))).toHaveLength(1);
    expect(scene.writes.flatMap(({ changes }) => changes).filter(({ kind }) => kind === "updated")).toHaveLength(1);
  });

  test("a result of a task that never was is acknowledged and counts for nothing", () => {
    const scene = withWorker();
    scene.skip();
    scene.says("w", results("w", [ok("never")]));
    expect(scene.told.at(-1)).toBe('0 w <- {"STATUS":"ACK","EXT":{"v":1,"acks":[["never",1]]}}');
    expect(scene.writes).toEqual([]);
  });

  test("a worker that is back is given nothing before it has said what it had done: it might do that again", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.closes("w");
    scene.passTo(5.1);
    scene.skip();
    scene.opens("w2");
    scene.says("w2", hello("w"));
    expect(scene.told).toEqual([`5.1 w2 <- ${WELCOME}`]);
    scene.says("w2", results("w", [ok("a")], { resynced: true }));
    expect(scene.kept("a")).toMatchObject({ state: "done", attempts: 1 });
    expect(scene.told.some((line) => line.includes('"tasks"'))).toBe(false);
    scene.submits(draft("b"));
    expect(scene.told.at(-1)).toBe(`5.1 w2 <- ${work(["b", 1])}`);
  });

  test("an assignment that did not reach the worker is found out when it is back, and costs nothing", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.closes("w");
    scene.skip();
    scene.opens("w2");
    scene.says("w2", hello("w"));
    expect(scene.told.filter((line) => line.includes("tasks"))).toEqual([]);
    scene.says("w2", results("w", [], { resynced: true }));
    expect(scene.told.at(-1)).toBe(`0 w2 <- ${work(["a", 2])}`);
    expect(scene.kept("a")).toMatchObject({ losses: 0, failures: 0 });
  });
});

describe("a cancelled task", () => {
  test("that waits is gone once that is durable", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"), draft("b"));
    scene.slowDisk();
    scene.cancels("a");
    expect(scene.answers).toHaveLength(1);
    scene.commit();
    expect(scene.answers.at(-1)).toEqual({ kind: "cancelled", task: "a" });
    expect(scene.kept("a")).toMatchObject({ state: "cancelled" });
    expect(scene.ids()).toEqual(["b"]);
  });

  test("that runs is stopped at its worker, whose slot is free when it says so", () => {
    const scene = withWorker();
    scene.submits(draft("a"), draft("b"));
    scene.skip();
    scene.cancels("a");
    expect(scene.told[0]).toBe('0 w <- {"TASK":"QUERY","EXT":{"v":1,"cancel":[["a",1]]}}');
    scene.says("w", results("w", [nok("a", "ERR_TASK_CANCELLED")]));
    expect(scene.told.at(-1)).toContain('"id":"b"');
    expect(scene.answers.at(-1)).toEqual({ kind: "cancelled", task: "a" });
  });

  test("that has ended, or never was, is refused", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    scene.says("w", results("w", [ok("a")]));
    scene.cancels("a");
    scene.cancels("b");
    expect(scene.answers.slice(1)).toMatchObject([
      { kind: "refused", refusal: { code: "ERR_TASK_ENDED" }, state: "done" },
      { kind: "refused", refusal: { code: "ERR_TASK_UNKNOWN" } },
    ]);
  });

  test("that is not durable yet is cancelled as soon as it is", () => {
    const scene = withWorker();
    scene.skip();
    scene.slowDisk();
    scene.submits(draft("a"));
    scene.cancels("a");
    scene.commit();
    scene.commit();
    expect(scene.answers.at(-1)).toEqual({ kind: "cancelled", task: "a" });
    expect(scene.told.filter((line) => line.includes("tasks"))).toEqual([]);
  });
});

test("a payload is handed on as it came", () => {
  const scene = withWorker({ types: ["ECHO"] });
  scene.skip();
  scene.submits(draft("a", { type: "ECHO", payload: jsonText('{"text":"\\u00e9","list":[1,2,{"deep":null}]}') }));
  expect(scene.told[0]).toContain('"payload":{"text":"\\u00e9","list":[1,2,{"deep":null}]}');
});
