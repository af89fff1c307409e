import { describe, expect, test } from "vitest";
import {
  acks,
  cancel,
  createWorkerScene,
  hello,
  inSession,
  nok,
  notDone,
  ok,
  progressed,
  RESYNCED,
  results,
  welcome,
  work,
} from "./support/worker-scene.ts";

describe("towards our own workers: task ids, slots tasks in flight, results batched per tick", () => {
  test("hello, welcome, all said; a task, its result, its acknowledgement", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome());
    scene.says(work("a"));
    scene.passTo(1);
    scene.ends(0);
    expect(scene.node.status()).toMatchObject({ phase: "connected", master: "m", talk: "session", unacknowledged: 1 });
    scene.says(acks("a"));
    expect(scene.told).toEqual([
      "0 #1 dial",
      `0 #1 <- ${hello()}`,
      "0 ! connected, session with m",
      `0 #1 <- ${RESYNCED}`,
      '0 run 0 QUERY {"USER":"a"} 60 s',
      `1 #1 <- ${results([ok("a")])}`,
    ]);
    expect(scene.node.status()).toMatchObject({ running: 0, unacknowledged: 0 });
  });

  test("results of one turn share a line, which goes out when the turn is over", () => {
    const scene = inSession({ slots: 3 });
    scene.says(work("a", "b", "c"));
    scene.skip();
    scene.ends(2);
    scene.fails(0);
    expect(scene.told).toEqual([]);
    scene.settle();
    expect(scene.told).toEqual([`0 #1 <- ${results([ok("c"), nok("a", "ERR_TASK_FAILED", "no such user")])}`]);
  });

  test("or at once when nothing runs any more that could add to it", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a", "b"));
    scene.skip();
    scene.ends(0);
    scene.ends(1);
    expect(scene.sent()).toEqual([results([ok("a"), ok("b")])]);
  });

  test("a slot is free as soon as its run has ended, acknowledged or not", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.ends(0);
    scene.says(work("b"));
    expect(scene.told.at(-1)).toBe('0 run 1 QUERY {"USER":"b"} 60 s');
  });

  test("a task beyond the slots goes back, and so does one of a type that there is no handler for", () => {
    const scene = inSession({ types: ["QUERY", "other"] });
    scene.says(work("a", "b"));
    scene.says('{"TASK":"QUERY","EXT":{"v":1,"tasks":[{"id":"c","n":1,"type":"strange","payload":1,"ms":5}]}}');
    scene.settle();
    expect(scene.sent()).toEqual([results([notDone("b", "ERR_WORKER_BUSY"), notDone("c", "ERR_TASK_TYPE_UNKNOWN")])]);
  });

  test("the same attempt given twice runs once; done already, its result is said again", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a", "a"), work("a"));
    expect(scene.told).toHaveLength(1);
    scene.ends(0);
    scene.skip();
    scene.says(work("a"));
    expect(scene.told).toEqual([`0 #1 <- ${results([ok("a")])}`]);
  });

  test("another attempt at the same task is another run", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a"), work(["a", 2]));
    expect(scene.told).toHaveLength(2);
  });
});

describe("cancel", () => {
  test("a cancelled run is ended and reported so; asked for twice, it is done once", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.skip();
    scene.says(cancel("a"), cancel("a", "unknown"));
    scene.fails(0, "ERR_TASK_FAILED", "killed");
    expect(scene.told).toEqual(["0 cancel 0", `0 #1 <- ${results([notDone("a", "ERR_TASK_CANCELLED")])}`]);
  });

  test("a run that was done before it could be cancelled is done", () => {
    const scene = inSession();
    scene.says(work("a"), cancel("a"));
    scene.ends(0);
    expect(scene.sent()).toEqual([results([ok("a")])]);
  });

  test.each(["ERR_TASK_ABORTED", "ERR_TASK_CANCELLED", "ERR_WORKER_BUSY", "ERR_TASK_TYPE_UNKNOWN"])(
    "only the worker hands a task back: a handler that says %s has failed",
    (code) => {
      const scene = inSession();
      scene.says(work("a"));
      scene.fails(0, code, "the order was cancelled");
      expect(scene.sent()).toEqual([results([nok("a", "ERR_TASK_FAILED", `${code}: the order was cancelled`)])]);
    },
  );

  test("a cancelled run keeps its slot until it has ended", () => {
    const scene = inSession();
    scene.says(work("a"), cancel("a"), work("b"));
    expect(scene.told.filter((line) => line.includes("run"))).toHaveLength(1);
  });
});

describe("progress", () => {
  test("is said once per attempt and second, the latest word only", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a", "b"));
    scene.skip();
    for (const [atS, fraction] of [0.1, 0.2, 0.3, 1.05].entries()) {
      scene.passTo(fraction);
      scene.progresses(0, (atS + 1) / 4, `step ${atS + 1}`);
    }
    scene.progresses(1, 0.5);
    scene.passTo(1.9);
    const done = (id: string, fraction: number, note?: string): object => ({ id, n: 1, done: fraction, note });
    expect(scene.told).toEqual([
      `0.1 #1 <- ${progressed(done("a", 0.25, "step 1"))}`,
      `1.05 #1 <- ${progressed(done("b", 0.5))}`,
      `1.1 #1 <- ${progressed(done("a", 1, "step 4"))}`,
    ]);
  });

  test("of a run that has ended is not said any more", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.progresses(0, 0.5);
    scene.ends(0);
    scene.passTo(1);
    expect(scene.sent()).toEqual([results([ok("a")])]);
  });

  test("rubbish from a handler costs nothing but itself", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.progresses(0, Number.NaN, "\u001b[31m\n".repeat(100));
    scene.settle();
    expect(scene.sent()[0]).toMatch(/^[ -~]*"done":0,"note":"[ -~]{128,300}"\}\]\}\}$/);
  });
});

describe("a worker keeps a result until its acknowledgement", () => {
  test("it is said again every 5 s", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.ends(0);
    scene.passTo(9);
    scene.says(welcome(), acks("a"));
    scene.passTo(18);
    expect(scene.told.filter((line) => line.includes("results"))).toEqual([
      `0 #1 <- ${results([ok("a")])}`,
      `5 #1 <- ${results([ok("a")])}`,
    ]);
  });

  test("and after a new connection, before anything else, the last line saying that this was all", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a", "b"));
    scene.ends(0);
    scene.settle();
    scene.closes("ERR_CONN_RESET");
    scene.passTo(1);
    scene.opens();
    scene.skip();
    scene.says(welcome());
    expect(scene.told).toEqual(["1 ! connected, session with m", `1 #2 <- ${results([ok("a")], { resynced: true })}`]);
  });

  test("what it holds it says in its hello, and goes on with, also when the master is away beyond the grace", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a", ["b", 3]));
    scene.closes();
    scene.skip();
    for (let atS = 1; atS <= 60; atS++) {
      scene.passTo(atS);
      if (scene.isDialling()) scene.closes("ERR_DIAL_REFUSED");
    }
    scene.ends(0);
    expect(scene.told.some((line) => line.includes("cancel"))).toBe(false);
    scene.passTo(63);
    scene.opens();
    scene.says(welcome());
    expect(scene.sent()).toEqual([hello({ slots: 2, holding: [["b", 3]] }), results([ok("a")], { resynced: true })]);
  });

  test("only the answer to a hello is a welcome: one that comes unasked changes nothing", () => {
    const scene = inSession();
    scene.says(welcome({ intervalMs: 100, timeoutMs: 300 }));
    scene.passTo(1);
    expect(scene.told).toEqual([]);
  });
});
