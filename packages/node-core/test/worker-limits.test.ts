import { jsonText, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  acks,
  createWorkerScene,
  hello,
  inSession,
  notDone,
  RESYNCED,
  results,
  welcome,
  work,
} from "./support/worker-scene.ts";

const BEAT = '{"TASK":"WORKER_HEARTBEAT","WORKER_UUID":"w"}';
const ids = (count: number, prefix = "t"): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe("everything has a limit", () => {
  const output = (bytes: number) => jsonText(`"${"x".repeat(bytes - 2)}"`);

  test("a line is at most 48 KiB, the rest follows on the next", () => {
    const scene = inSession({ slots: 3 });
    scene.says(work("a", "b", "c"));
    scene.skip();
    for (const run of [0, 1, 2]) scene.ends(run, output(20_000));
    expect(scene.sent().map((line) => (line.match(/"ok"/g) ?? []).length)).toEqual([2, 1]);
  });

  test("a result larger than 32 KiB is a failure", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.ends(0, output(32_769));
    expect(scene.sent()[0]).toContain("ERR_TASK_OUTPUT_INVALID");
  });

  test("words without end are cut", () => {
    const scene = inSession();
    scene.says(work("a"));
    scene.fails(0, "E".repeat(1_000), "\u0007".repeat(100_000));
    expect(scene.sent()[0]?.length).toBeLessThan(1_500);
  });

  /** A worker that has run so many tasks, none of which was acknowledged. */
  const after = (tasks: number, outputBytes: number) => {
    const scene = inSession();
    for (const [index, id] of ids(tasks).entries()) {
      scene.says(work(id));
      scene.ends(index, output(outputBytes));
    }
    return scene;
  };

  test("no more than 256 KiB of results are on their way; the rest follows as they are acknowledged", () => {
    const scene = after(20, 30_000);
    expect(scene.sent()).toHaveLength(8);
    scene.skip();
    scene.says(acks("t0", "t1"));
    scene.settle();
    expect(scene.sent()).toHaveLength(2);
  });

  test("and the worker waits for that without being woken all the time", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("long"));
    for (const [index, id] of ids(20).entries()) {
      scene.says(work(id));
      scene.ends(index + 1, output(30_000));
    }
    scene.settle();
    expect(scene.sent()).toHaveLength(8);
    expect(scene.node.nextDeadline()).toBe(2_000);
  });

  test("with 4 MiB of results unacknowledged, no more tasks are taken until half of them are", () => {
    const scene = after(140, 30_000);
    expect(scene.sent().filter((line) => line.includes('"slots":0'))).toHaveLength(1);
    scene.skip();
    scene.says(acks(...ids(69)));
    expect(scene.sent().some((line) => line.includes('"slots"'))).toBe(false);
    scene.says(acks("t69", "t70"));
    expect(scene.sent().filter((line) => line.includes('"slots":1'))).toHaveLength(1);
  });

  test("after a reconnection, too, and only the very last line says that this was all", () => {
    const scene = after(20, 30_000);
    scene.closes();
    scene.opens();
    scene.skip();
    scene.says(welcome());
    const seen: string[] = [];
    while (scene.told.length > 0) {
      const lines = scene.sent();
      scene.skip();
      seen.push(...lines);
      scene.says(acks(...lines.flatMap((line) => [...line.matchAll(/"id":"(\w+)"/g)].map(([, id = ""]) => id))));
      scene.settle();
    }
    expect(seen).toHaveLength(20);
    expect(seen.map((line) => line.includes('"resynced":true'))).toEqual([...Array(19).fill(false), true]);
  });

  test("with 1,024 results unacknowledged, no more tasks are taken until half of them are", () => {
    const scene = after(1_024, 10);
    expect(scene.told.slice(-3)).toEqual([
      "0 ! 1024 results wait",
      `0 #1 <- ${hello({ slots: 0 })}`,
      expect.stringContaining('"id":"t1023"'),
    ]);
    scene.skip();
    scene.says(welcome(), work("late"));
    expect(scene.sent()).toEqual([results([notDone("late", "ERR_WORKER_BUSY")])]);
    scene.skip();
    scene.says(acks(...ids(400)));
    expect(scene.sent()).toEqual([]);
    scene.says(acks("late", ...ids(112).map((_, index) => `t${400 + index}`)));
    expect(scene.sent()).toEqual([hello()]);
  });

  test("a master that gives tasks without end to a worker that has no room gets no answers without end", () => {
    const scene = after(1_024, 10);
    for (let line = 0; line < 100; line++) scene.says(work(...ids(100, `x${line}-`)));
    expect(scene.node.status()).toMatchObject({ running: 0, unacknowledged: 2_048 });
  });

  test("a hello too long for a foreign reader is said only to a master that has shown itself one of ours", () => {
    const types = ids(64, "a-rather-long-name-of-a-task-type-");
    const scene = createWorkerScene({ types });
    scene.start();
    scene.opens();
    scene.says(welcome());
    expect(scene.node.status().phase).toBe("greeting");
    scene.says(welcome());
    expect(scene.sent()).toEqual([hello({ slots: 0, types: [] }), hello({ types }), RESYNCED]);
  });

  test("ids of tasks that take more room than a line has break nothing", () => {
    const scene = inSession({ slots: 64, types: ids(63, "x".repeat(60)).concat("QUERY") });
    scene.says(welcome());
    const long = ids(64, "\u6c34".repeat(125));
    for (const id of long) scene.says(work(id));
    for (let run = 0; run < 64; run++) scene.progresses(run, 0.5, "\u6c34".repeat(1_000));
    scene.closes();
    scene.opens();
    scene.says(welcome(), welcome());
    const [, full = ""] = scene.sent().filter((line) => line.includes("ALIVE"));
    expect(JSON.parse(full).EXT.holding).toHaveLength(52);
    for (let run = 0; run < 64; run++) scene.fails(run, "E", "\u6c34".repeat(1_000));
    scene.says(acks(...long));
    expect(scene.node.status()).toMatchObject({ running: 0, unacknowledged: 0 });
  });

  test("bad lines from the master end the connection, which is tried again", () => {
    const scene = inSession();
    scene.says(...Array(10).fill("{"));
    expect(scene.told).toEqual(["0 ! line-refused", "0 #1 close", "0 ! disconnected: ERR_LINE_VIOLATION"]);
    scene.passTo(0.3);
    expect(scene.told.at(-1)).toMatch(/#2 dial$/);
  });

  test("what is said on a connection that was left is not listened to", () => {
    const scene = inSession();
    scene.passTo(10.05);
    scene.skip();
    scene.says(work("a"));
    scene.closes("CONN_CLOSED");
    expect(scene.told).toEqual([]);
  });

  test("orders that a worker does not follow are ignored", () => {
    const scene = inSession();
    scene.says({ TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w"] }, { TASK: "SLEEP" });
    scene.says({ TASK: "HEARTBEAT" }, { STATUS: "ACK" }, { TASK: "NO_TASK" });
    expect(scene.told).toEqual([
      "0 ! ignored command-release",
      "0 ! ignored TASK SLEEP",
      "0 ! ignored heartbeat-request",
      "0 ! ignored status-ack",
      "0 ! ignored no-task",
    ]);
  });

  test("a master that wants to hear of its workers all the time is not taken at its word", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome({ intervalMs: 1, timeoutMs: 1 }));
    scene.skip();
    scene.passTo(seconds(0.039) / 1_000);
    expect(scene.told).toEqual([`0.02 #1 <- ${BEAT}`]);
  });
});
