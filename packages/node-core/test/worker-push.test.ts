import { describe, expect, test } from "vitest";
import { ACK, ALIVE, createWorkerScene, query, STATUS_OK } from "./support/worker-scene.ts";

const KEEPALIVE = { TASK: "KEEPALIVE" };
const PONG = '{"STATUS":"PONG","WORKER_UUID":"w"}';

/** A worker that has said ALIVE on the push port of a master. */
function atPushMaster(changes: Parameters<typeof createWorkerScene>[0] = {}) {
  const scene = createWorkerScene({ style: "push", ...changes });
  scene.start();
  scene.opens();
  return scene;
}

describe("push: one connection for life", () => {
  test("ALIVE once; then QUERY and its result, again and again, without ACK", () => {
    const scene = atPushMaster();
    scene.passTo(30);
    scene.says(query("ana"));
    scene.passTo(31);
    scene.ends(0);
    scene.says(query("bia"));
    scene.ends(1);
    expect(scene.told).toEqual([
      "0 #1 dial",
      `0 #1 <- ${ALIVE}`,
      "0 ! connected, push",
      '30 run 0 QUERY {"USER":"ana"} 60 s',
      `31 #1 <- ${STATUS_OK}`,
      '31 run 1 QUERY {"USER":"bia"} 60 s',
      `31 #1 <- ${STATUS_OK}`,
    ]);
    scene.passTo(100);
    expect(scene.told).toHaveLength(7);
    expect(scene.node.status()).toMatchObject({ phase: "connected", talk: "push", unacknowledged: 0 });
  });

  test("KEEPALIVE is answered by PONG, at once, also while a task runs", () => {
    const scene = atPushMaster();
    scene.says(KEEPALIVE);
    scene.says(query("ana"), KEEPALIVE);
    expect(scene.told.slice(3)).toEqual([`0 #1 <- ${PONG}`, '0 run 0 QUERY {"USER":"ana"} 60 s', `0 #1 <- ${PONG}`]);
  });

  test("but not before the result of a task that it was given on an earlier connection", () => {
    const scene = atPushMaster();
    scene.says(query("ana"));
    scene.closes();
    scene.passTo(5);
    scene.opens();
    scene.skip();
    scene.says(KEEPALIVE);
    scene.passTo(8);
    expect(scene.told).toEqual([]);
    scene.ends(0);
    scene.passTo(9);
    expect(scene.told).toEqual([`8 #2 <- ${STATUS_OK}`, `8.1 #2 <- ${PONG}`]);
  });

  test("its connection may be silent while a task runs, and only then", () => {
    const scene = atPushMaster();
    expect(scene.isSpared()).toBe(false);
    scene.says(query("ana"), query("bia"));
    scene.ends(0);
    expect(scene.isSpared()).toBe(true);
    scene.closes();
    scene.passTo(5);
    scene.opens();
    expect(scene.isSpared()).toBe(true);
    scene.ends(1);
    expect(scene.isSpared()).toBe(false);
  });

  test("each line in its own segment: the second of two waits for a sign that the first was read, or 0.1 s", () => {
    const scene = atPushMaster();
    scene.says(query("ana"), KEEPALIVE);
    scene.ends(0);
    scene.skip();
    scene.passTo(1);
    expect(scene.told).toEqual([`0.1 #1 <- ${STATUS_OK}`]);
  });

  test("keep-alives without end are answered by one PONG each at most, and nothing piles up", () => {
    const scene = atPushMaster();
    scene.says(...Array(1_000).fill(KEEPALIVE));
    scene.passTo(10);
    expect(scene.sent().filter((line) => line === PONG)).toHaveLength(1_000);
    expect(scene.node.nextDeadline()).toBeUndefined();
  });

  test("a task that comes early waits for the other, and so do 15 more; the rest is ignored", () => {
    const scene = atPushMaster({ slots: 4 });
    scene.says(...Array.from({ length: 20 }, (_, index) => query(index)));
    expect(scene.told.filter((line) => line.includes("run"))).toHaveLength(1);
    expect(scene.told.filter((line) => line.includes("ignored query"))).toHaveLength(3);
    for (let run = 0; run < 17; run++) scene.ends(run);
    scene.passTo(10);
    expect(scene.sent().filter((line) => line === STATUS_OK)).toHaveLength(17);
  });

  test("a result whose connection is gone is reported on the next, after ALIVE, in a segment of its own", () => {
    const scene = atPushMaster();
    scene.says(query("ana"), query("never begun"));
    scene.passTo(5);
    scene.skip();
    scene.closes();
    scene.ends(0);
    scene.opens();
    scene.passTo(6);
    expect(scene.told).toEqual([
      "5 ! disconnected: CONN_ENDED",
      "5 #2 dial",
      `5 #2 <- ${ALIVE}`,
      "5 ! connected, push",
      `5.1 #2 <- ${STATUS_OK}`,
    ]);
  });

  test("ACK and NO_TASK are not for push workers, and are not answered", () => {
    const scene = atPushMaster();
    scene.skip();
    scene.says(ACK, { TASK: "NO_TASK" }, { TASK: "SLEEP" });
    scene.passTo(5);
    expect(scene.told).toEqual(["0 ! ignored no-task", "0 ! ignored TASK SLEEP"]);
  });

  test("a worker without a handler for QUERY says so", () => {
    const scene = atPushMaster({ types: [] });
    scene.says(query("ana"));
    expect(scene.sent().at(-1)).toMatch(/^\{"STATUS":"NOK".*ERR_TASK_TYPE_UNKNOWN/);
  });
});
