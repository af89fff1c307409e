import { describe, expect, test } from "vitest";
import {
  ACK,
  ALIVE,
  acks,
  createWorkerScene,
  hello,
  inSession,
  NO_TASK,
  notDone,
  ok,
  query,
  results,
  STATUS_OK,
  welcome,
  work,
} from "./support/worker-scene.ts";

const left = (atS: number, conn: number | undefined, unacknowledged = 0): string[] => [
  ...(conn === undefined ? [] : [`${atS} #${conn} close`]),
  `${atS} ! left, ${unacknowledged} unacknowledged`,
  `${atS} leave`,
];
const aborted = (...ids: readonly string[]): string => results(ids.map((id) => notDone(id, "ERR_TASK_ABORTED")));
const NO_SLOTS = hello({ slots: 0 });

/** A worker that asks a master of another team for work. */
function atForeignMaster() {
  const scene = createWorkerScene({ style: "pull" });
  scene.start();
  scene.opens();
  return scene;
}

describe("SIGTERM drains: takes nothing new, finishes, reports, leaves", () => {
  test("in a session: no slots any more, the last result, its acknowledgement", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a"));
    scene.skip();
    scene.drain();
    scene.says(welcome());
    scene.passTo(1);
    scene.ends(0);
    scene.passTo(1.5);
    scene.says(acks("a"));
    expect(scene.told).toEqual([
      `0 #1 <- ${hello({ slots: 0, holding: [["a", 1]] })}`,
      `1 #1 <- ${results([ok("a")])}`,
      ...left(1.5, 1),
    ]);
    expect(scene.node.status()).toMatchObject({ phase: "left", isLeaving: true });
    expect(scene.node.nextDeadline()).toBeUndefined();
  });

  test("a task that was on its way goes back", () => {
    const scene = inSession();
    scene.drain();
    scene.says(work("a"), welcome(), acks("a"));
    expect(scene.told).toEqual([
      `0 #1 <- ${NO_SLOTS}`,
      `0 #1 <- ${results([notDone("a", "ERR_WORKER_BUSY")])}`,
      ...left(0, 1),
    ]);
  });

  test("with nothing to do it leaves as soon as the master knows, or after a second", () => {
    const knows = inSession();
    knows.drain();
    knows.says(welcome());
    expect(knows.told).toEqual([`0 #1 <- ${NO_SLOTS}`, ...left(0, 1)]);
    const hangs = inSession();
    hangs.drain();
    hangs.passTo(5);
    expect(hangs.told).toEqual([`0 #1 <- ${NO_SLOTS}`, ...left(1, 1)]);
  });

  test("with nothing to do and no master it leaves at once", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.skip();
    scene.drain();
    expect(scene.told).toEqual(left(0, 1));
    const refused = createWorkerScene();
    refused.start();
    refused.closes("ERR_DIAL_REFUSED");
    refused.skip();
    refused.drain();
    expect(refused.told).toEqual(left(0, undefined));
  });

  test("a master that never acknowledges holds it up for 10 s after the last result", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a", "b"));
    scene.drain();
    scene.says(welcome());
    scene.ends(0);
    scene.passTo(9);
    scene.says(welcome());
    scene.ends(1);
    scene.passTo(18.9);
    expect(scene.node.status().phase).toBe("connected");
    scene.says({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: "m" });
    scene.passTo(30);
    expect(scene.told.slice(-3)).toEqual(left(19, 1, 2));
  });

  test("a master that is away is still told, if it comes back in time", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.closes("ERR_CONN_RESET");
    scene.drain();
    scene.passToDial();
    scene.closes("ERR_DIAL_REFUSED");
    scene.ends(0);
    const at = scene.passToDial();
    scene.opens();
    scene.says(welcome(), acks("a"));
    expect(scene.sent()).toEqual([NO_SLOTS, results([ok("a")], { resynced: true })]);
    expect(scene.told.slice(-3)).toEqual(left(Math.round(at * 1_000) / 1_000, 3));
  });

  test("asking again does not put off its leaving", () => {
    const scene = inSession();
    scene.drain();
    scene.passTo(0.9);
    scene.drain();
    scene.passTo(5);
    expect(scene.told.slice(-3)).toEqual(left(1, 1));
  });

  test("asked twice, it leaves once", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.drain();
    scene.drain();
    scene.ends(0);
    scene.says(welcome(), acks("a"));
    scene.drain();
    scene.abandon();
    expect(scene.told.filter((line) => line.includes("leave"))).toHaveLength(1);
  });
});

describe("at a foreign master it drains without a word: it asks for nothing more", () => {
  test("between two questions it leaves at once", () => {
    const scene = atForeignMaster();
    scene.says(NO_TASK);
    scene.skip();
    scene.passTo(0.3);
    scene.drain();
    expect(scene.told).toEqual(left(0.3, undefined));
  });

  test("a task that it is running is finished and reported", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.closes();
    scene.skip();
    scene.drain();
    scene.passTo(40);
    scene.ends(0);
    scene.opens();
    scene.says(ACK);
    expect(scene.told).toEqual(["40 #2 dial", `40 #2 <- ${STATUS_OK}`, ...left(40, 2)]);
  });

  test("the answer to a question that was asked is waited for, for a second; a task that comes is done", () => {
    const scene = atForeignMaster();
    scene.drain();
    scene.passTo(0.9);
    scene.says(query("ana"));
    scene.passTo(20);
    scene.ends(0);
    scene.says(ACK);
    expect(scene.sent()).toEqual([ALIVE, STATUS_OK]);
    expect(scene.told.slice(-3)).toEqual(left(20, 1));
    const silent = atForeignMaster();
    silent.drain();
    silent.passTo(3);
    expect(silent.told.slice(-3)).toEqual(left(1, 1));
  });

  test("on a push connection it finishes what it was given, and ends the connection", () => {
    const scene = createWorkerScene({ style: "push" });
    scene.start();
    scene.opens();
    scene.says(query("ana"), query("bia"));
    scene.drain();
    scene.ends(0);
    scene.passTo(1);
    scene.ends(1);
    expect(scene.sent()).toEqual([ALIVE, STATUS_OK, STATUS_OK]);
    expect(scene.told.slice(-3)).toEqual(left(1, 1));
  });
});

describe("a second signal: at once", () => {
  test("what runs is given up and reported so, in one line, and the acknowledgement ends it", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a", "b"));
    scene.drain();
    scene.says(welcome());
    scene.skip();
    scene.abandon();
    expect(scene.told).toEqual(["0 cancel 0", "0 cancel 1", `0 #1 <- ${aborted("a", "b")}`]);
    scene.skip();
    scene.fails(0, "ERR_TASK_FAILED", "killed");
    scene.says(acks("a", "b"));
    expect(scene.told).toEqual(left(0, 1));
  });

  test("without a drain before it", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.skip();
    scene.abandon();
    scene.says(acks("a"));
    expect(scene.told).toEqual([
      "0 cancel 0",
      `0 #1 <- ${hello({ slots: 0 })}`,
      `0 #1 <- ${aborted("a")}`,
      ...left(0, 1),
    ]);
  });

  test("a master that does not acknowledge holds it up for a second", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.skip();
    scene.abandon();
    scene.passTo(5);
    expect(scene.told.slice(-3)).toEqual(left(1, 1, 1));
  });

  test("and no longer if it is asked again, in whatever way", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.abandon();
    scene.passTo(0.9);
    scene.abandon();
    scene.drain();
    scene.passTo(5);
    expect(scene.told.slice(-3)).toEqual(left(1, 1, 1));
  });

  test("a run that ends after it was given up is not reported again", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.abandon();
    scene.ends(0);
    scene.passTo(0.5);
    expect(scene.sent().filter((line) => line.includes('"results"'))).toEqual([aborted("a")]);
  });

  test("a foreign master is told in its own words", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"), query("bia"));
    scene.skip();
    scene.abandon();
    expect(scene.told).toEqual([
      "0 cancel 0",
      expect.stringMatching(/^0 #1 <- \{"STATUS":"NOK".*"ERROR":"ERR_TASK_ABORTED: /),
    ]);
    scene.says(ACK);
    expect(scene.told.slice(-3)).toEqual(left(0, 1));
  });

  test("a push master is told of what ran; what was not begun is not", () => {
    const scene = createWorkerScene({ style: "push" });
    scene.start();
    scene.opens();
    scene.says(query("ana"), query("bia"));
    scene.skip();
    scene.abandon();
    expect(scene.sent()).toHaveLength(1);
    expect(scene.told.slice(-3)).toEqual(left(0, 1));
  });

  test("with nothing to give up it leaves at once", () => {
    const scene = inSession();
    scene.abandon();
    expect(scene.told).toEqual([`0 #1 <- ${hello({ slots: 0 })}`, ...left(0, 1)]);
  });
});
