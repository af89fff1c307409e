import { jsonText, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createMasterScene, draft } from "./support/master-scene.ts";

const ALIVE = { WORKER: "ALIVE", WORKER_UUID: "w" };
const OK = { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w", SALDO: 12.5 };
const PONG = { STATUS: "PONG", WORKER_UUID: "w" };
const NOK = { STATUS: "NOK", TASK: "QUERY", WORKER_UUID: "w", ERROR: "no such user" };
const QUERY = '{"TASK":"QUERY","USER":"ana"}';
const ACK = '{"STATUS":"ACK","WORKER_UUID":"w"}';

/** A pull worker says something on a connection of its own, and all that has arrived is read. */
function poll(scene: ReturnType<typeof createMasterScene>, name: string, line: object = ALIVE, host?: string): void {
  scene.opens(name, host === undefined ? {} : { host });
  scene.says(name, line);
  scene.settle();
}

describe("a pull worker", () => {
  test("is given a task in answer to its ALIVE, and the master closes after the answer", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"));
    poll(scene, "c1");
    expect(scene.told).toEqual([`0 c1 <- ${QUERY}`, "0 c1 <- close"]);
  });

  test("is told NO_TASK when there is nothing to do", () => {
    const scene = createMasterScene();
    poll(scene, "c1");
    expect(scene.told).toEqual(['0 c1 <- {"TASK":"NO_TASK"}', "0 c1 <- close"]);
  });

  test("has its result recorded, and acknowledged once that is durable", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"));
    poll(scene, "c1");
    scene.closes("c1");
    scene.slowDisk();
    scene.skip();
    poll(scene, "c2", OK);
    expect(scene.told).toEqual([]);
    // It may have finished sending by now.
    expect([...scene.owed]).toEqual(["c1", "c2"]);
    scene.commit();
    expect(scene.told.slice(0, 2)).toEqual([`0 c2 <- ${ACK}`, "0 c2 <- close"]);
    expect(scene.kept("a")).toMatchObject({ state: "done", worker: "w", result: '{"SALDO":12.5}' });
  });

  test("that says NOK with ERROR fails the attempt, and the task is tried again", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"));
    poll(scene, "c1");
    poll(scene, "c2", NOK);
    expect(scene.told.slice(-2)).toEqual([`0 c2 <- ${ACK}`, "0 c2 <- close"]);
    expect(scene.kept("a")).toMatchObject({
      state: "pending",
      failures: 1,
      stories: [{ code: "ERR_TASK_FAILED", message: "no such user" }],
    });
    scene.passTo(2);
    poll(scene, "c3");
    expect(scene.told.at(-2)).toBe(`2 c3 <- ${QUERY}`);
  });

  test("that hands its task back, as ours do when they have to leave or to move, costs it no attempt", () => {
    const scene = createMasterScene();
    scene.submits(draft("a", { maxAttempts: 1 }));
    poll(scene, "c1");
    poll(scene, "c2", { ...NOK, ERROR: "ERR_TASK_ABORTED: The worker had to leave before the task was done." });
    expect(scene.told.slice(-2)).toEqual([`0 c2 <- ${ACK}`, "0 c2 <- close"]);
    poll(scene, "c3", { WORKER: "ALIVE", WORKER_UUID: "another" });
    expect(scene.told.at(-2)).toBe(`0 c3 <- ${QUERY}`);
    poll(scene, "c4", { ...OK, WORKER_UUID: "another" });
    expect(scene.kept("a")).toMatchObject({ state: "done", failures: 0, losses: 0, worker: "another" });
  });

  test("with an unanswered task is not idle, whatever it asks for", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"), draft("b"));
    poll(scene, "c1");
    poll(scene, "c2");
    expect(scene.told.at(-2)).toBe('0 c2 <- {"TASK":"NO_TASK"}');
  });

  test("keeps its task for its visibility time, doubled per attempt", () => {
    const scene = createMasterScene({ graceMs: seconds(5), lossesMax: 10 });
    scene.submits(draft("a"));
    poll(scene, "c1");
    scene.passTo(64.9);
    expect(scene.node.load(scene.now()).backlog).toBe(0);
    scene.passTo(65.1);
    expect(scene.node.load(scene.now()).backlog).toBe(1);
    expect(scene.kept("a")).toMatchObject({ losses: 1, stories: [{ code: "ERR_WORKER_SILENT" }] });
    poll(scene, "c2");
    expect(scene.told.at(-2)).toBe(`65.1 c2 <- ${QUERY}`);
    // It says that it is there, and is left in peace with its second attempt for twice as long.
    for (const atS of [110, 150, 189]) {
      scene.passTo(atS);
      poll(scene, `p${atS}`);
    }
    expect(scene.node.load(scene.now()).backlog).toBe(0);
    scene.passTo(191);
    expect(scene.node.load(scene.now()).backlog).toBe(1);
  });

  test("that is gone when its question is read is given nothing, and its next question is answered", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"));
    for (const name of ["reset", "ended"]) {
      scene.opens(name);
      scene.says(name, ALIVE);
    }
    scene.closes("reset");
    scene.finishes("ended");
    scene.settle();
    expect(scene.told).toEqual(['0 ended <- {"TASK":"NO_TASK"}', "0 ended <- close"]);
    poll(scene, "c3");
    expect(scene.told.at(-2)).toBe(`0 c3 <- ${QUERY}`);
  });

  test("whose questions lay unread while the master stood still is given one task, on the connection that is left", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"), draft("b"));
    poll(scene, "c1");
    scene.skip();
    scene.sleepTo(40);
    // It has given up asking twice, and has reported before it asked again; the order of sockets is no order of time.
    for (const name of ["old", "older", "last"]) {
      scene.opens(name);
      scene.says(name, ALIVE);
    }
    scene.opens("report");
    scene.says("report", OK);
    scene.finishes("old");
    scene.finishes("older");
    scene.settle();
    expect(scene.kept("a")).toMatchObject({ state: "done" });
    expect(scene.told.filter((line) => line.endsWith(`<- ${QUERY}`))).toEqual([`40 last <- ${QUERY}`]);
  });

  test("that always finishes sending before it reads is given tasks from its second question on", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"));
    const asks = (name: string): string | undefined => {
      scene.opens(name);
      scene.says(name, ALIVE);
      scene.finishes(name);
      scene.settle();
      return scene.told.at(-2);
    };
    expect(asks("c1")).toBe('0 c1 <- {"TASK":"NO_TASK"}');
    expect(asks("c2")).toBe(`0 c2 <- ${QUERY}`);
  });

  test("that reports twice is acknowledged twice and counted once", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"), draft("b"));
    poll(scene, "c1");
    poll(scene, "c2", OK);
    scene.skip();
    poll(scene, "c3", OK);
    expect(scene.told).toEqual([
      '0 result-unexpected {"worker":"w","why":"it holds no task that this could be the result of"}',
      `0 c3 <- ${ACK}`,
      "0 c3 <- close",
    ]);
    expect(scene.ids()).toEqual(["b"]);
  });

  test("cannot have an old result counted for a new task: the connection rule", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"), draft("b"));
    poll(scene, "c1");
    poll(scene, "c2", OK);
    // A second report of the first task is on its way, on a connection opened before the second task is given.
    scene.opens("old");
    poll(scene, "c3");
    expect(scene.told.at(-2)).toBe(`0 c3 <- ${QUERY}`);
    scene.says("old", OK);
    expect(scene.told.slice(-2)).toEqual([`0 old <- ${ACK}`, "0 old <- close"]);
    expect(scene.kept("b")).toMatchObject({ state: "pending" });
    poll(scene, "new", OK);
    expect(scene.kept("b")).toMatchObject({ state: "done" });
  });

  test("may report on the very connection that carried the task", () => {
    const scene = createMasterScene({ pushPort: 9102 });
    scene.submits(draft("a"));
    scene.opens("p", { push: true });
    scene.says("p", ALIVE, PONG, OK);
    expect(scene.kept("a")).toMatchObject({ state: "done" });
  });

  test("that we never gave anything is acknowledged and ignored", () => {
    const scene = createMasterScene();
    poll(scene, "c1", OK);
    expect(scene.told.slice(-2)).toEqual([`0 c1 <- ${ACK}`, "0 c1 <- close"]);
    expect(scene.writes).toEqual([]);
  });

  test("without WORKER_UUID is nobody: it is not registered", () => {
    const scene = createMasterScene();
    for (const id of [undefined, null, ""]) poll(scene, `c-${id}`, { WORKER: "ALIVE", WORKER_UUID: id });
    expect(scene.node.workers(scene.now())).toEqual([]);
    expect(scene.told.filter((line) => line.includes("ERR_FIELD_INVALID"))).toHaveLength(3);
    expect(scene.told.filter((line) => line.endsWith("close"))).toHaveLength(3);
  });

  test("is shown as borrowed only if it names somebody else as its owner", () => {
    const scene = createMasterScene();
    poll(scene, "c1", { ...ALIVE, SERVER_UUID: "m" });
    poll(scene, "c2", { ...ALIVE, WORKER_UUID: "v", SERVER_UUID: "other" });
    expect(scene.node.workers(scene.now()).map(({ id, owner, isBorrowed }) => [id, owner, isBorrowed])).toEqual([
      ["w", "m", false],
      ["v", "other", true],
    ]);
  });

  test("is never given what does not fit into a line of the class's, or is no QUERY", () => {
    const scene = createMasterScene();
    scene.submits(
      draft("long", { payload: jsonText(JSON.stringify({ USER: "x".repeat(1_400) })) }),
      draft("other", { type: "OTHER" }),
      draft("a"),
    );
    poll(scene, "c1");
    expect(scene.told[0]).toBe(`0 c1 <- ${QUERY}`);
    poll(scene, "c2", OK);
    poll(scene, "c3");
    expect(scene.told.at(-2)).toBe('0 c3 <- {"TASK":"NO_TASK"}');
  });

  test("is another than the one of the same id on another host: both are served, and report for themselves", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"), draft("b"));
    const [here, there] = ["10.0.0.5", "10.0.0.6"];
    poll(scene, "c1", ALIVE, here);
    poll(scene, "c2", ALIVE, there);
    expect(scene.told.filter((line) => line.includes("<- {"))).toEqual([`0 c1 <- ${QUERY}`, `0 c2 <- ${QUERY}`]);
    expect(scene.told.filter((line) => line.startsWith("0 worker-id-shared"))).toHaveLength(1);
    expect(scene.node.workers(scene.now()).map(({ id, running }) => [id, running])).toEqual([
      ["w", ["a"]],
      ["w#2", ["b"]],
    ]);
    poll(scene, "c3", OK, there);
    expect([scene.kept("a")?.state, scene.kept("b")?.state]).toEqual(["pending", "done"]);
    poll(scene, "c4", NOK, here);
    expect(scene.kept("a")).toMatchObject({ failures: 1 });
  });

  test("that has moved to another host is the same, once it has been silent for 10 s and holds nothing", () => {
    const scene = createMasterScene();
    poll(scene, "c1", ALIVE, "10.0.0.5");
    scene.passTo(10);
    poll(scene, "c2", ALIVE, "10.0.0.6");
    expect(scene.node.workers(scene.now())).toMatchObject([{ id: "w", at: { host: "10.0.0.6" } }]);
    scene.submits(draft("a"));
    poll(scene, "c3", ALIVE, "10.0.0.6");
    scene.passTo(30);
    poll(scene, "c4", ALIVE, "10.0.0.7");
    expect(scene.node.workers(scene.now()).map(({ id }) => id)).toEqual(["w", "w#2"]);
  });

  test("is gone when it has not been heard of for --worker-timeout", () => {
    const scene = createMasterScene();
    poll(scene, "c1");
    scene.passTo(59);
    expect(scene.node.workers(scene.now())[0]?.status).toBe("ALIVE");
    scene.passTo(61);
    expect(scene.node.workers(scene.now())[0]?.status).toBe("TIMEOUT");
    poll(scene, "c2");
    expect(scene.node.workers(scene.now())[0]?.status).toBe("ALIVE");
  });
});

describe("a push worker", () => {
  const withPush = () => {
    const scene = createMasterScene({ pushPort: 9102 });
    scene.opens("p", { push: true });
    scene.says("p", ALIVE, PONG);
    scene.skip();
    return scene;
  };

  test("is asked first whether it is free: it may be busy with what it was given before a restart", () => {
    const scene = createMasterScene({ pushPort: 9102 });
    scene.submits(draft("a"));
    scene.opens("p", { push: true });
    scene.says("p", ALIVE);
    expect(scene.told).toEqual(['0 p <- {"TASK":"KEEPALIVE"}']);
    scene.passTo(8);
    scene.skip();
    scene.says("p", OK);
    expect(scene.told).toEqual([
      '8 result-unexpected {"worker":"w","why":"it holds no task that this could be the result of"}',
    ]);
    expect(scene.kept("a")).toMatchObject({ state: "pending" });
    scene.skip();
    scene.says("p", PONG);
    expect(scene.told).toEqual([`8 p <- ${QUERY}`]);
    scene.says("p", OK);
    expect(scene.kept("a")).toMatchObject({ state: "done" });
  });

  test("that has no answer to that is given its first task after 10 s all the same", () => {
    const scene = createMasterScene({ pushPort: 9102 });
    scene.submits(draft("a"));
    scene.opens("p", { push: true });
    scene.says("p", ALIVE);
    scene.passTo(9.9);
    scene.skip();
    scene.passTo(10);
    expect(scene.told).toEqual([`10 p <- ${QUERY}`]);
  });

  test("that came back with a task is asked before the next one when that task's time is over", () => {
    const scene = withPush();
    scene.submits(draft("a"));
    scene.closes("p");
    scene.passTo(3);
    scene.opens("p2", { push: true });
    scene.says("p2", ALIVE);
    scene.skip();
    scene.passTo(66);
    expect(scene.told.filter((line) => line.includes("p2 <-"))).toEqual(['65 p2 <- {"TASK":"KEEPALIVE"}']);
    scene.says("p2", OK, PONG);
    expect(scene.kept("a")).toMatchObject({ state: "pending", losses: 1 });
    expect(scene.told.at(-1)).toBe(`66 p2 <- ${QUERY}`);
  });

  test("whose task was given up while it was away is asked again when it is back", () => {
    const scene = withPush();
    scene.submits(draft("a"));
    scene.closes("p");
    scene.passTo(5.1);
    scene.skip();
    scene.opens("p2", { push: true });
    scene.says("p2", ALIVE, OK);
    expect(scene.told[0]).toBe('5.1 p2 <- {"TASK":"KEEPALIVE"}');
    expect(scene.kept("a")).toMatchObject({ state: "pending", losses: 1 });
    scene.says("p2", PONG);
    expect(scene.told.at(-1)).toBe(`5.1 p2 <- ${QUERY}`);
  });

  test("is given tasks as they come, one at a time, and nothing is acknowledged", () => {
    const scene = withPush();
    expect(scene.told).toEqual([]);
    scene.submits(draft("a"), draft("b"));
    expect(scene.told).toEqual([`0 p <- ${QUERY}`]);
    scene.says("p", { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w", CPF: "1", SALDO: "2" });
    scene.passTo(0);
    expect(scene.told.filter((line) => line.includes("p <-"))).toEqual([`0 p <- ${QUERY}`, `0 p <- ${QUERY}`]);
    expect(scene.kept("a")).toMatchObject({ state: "done" });
  });

  test("that says a result twice at once does not answer for its next task", () => {
    const scene = withPush();
    scene.submits(draft("a"), draft("b"));
    scene.says("p", OK, OK);
    scene.passTo(0);
    expect(scene.told.filter((line) => line.includes("p <-"))).toEqual([`0 p <- ${QUERY}`, `0 p <- ${QUERY}`]);
    expect([scene.kept("a")?.state, scene.kept("b")?.state]).toEqual(["done", "pending"]);
  });

  test("is another than the live one of the same id, and both are served", () => {
    const scene = withPush();
    scene.opens("p2", { push: true });
    scene.says("p2", ALIVE, PONG);
    scene.submits(draft("a"), draft("b"));
    expect(scene.node.workers(scene.now()).map(({ id }) => id)).toEqual(["w", "w#2"]);
    scene.says("p2", OK);
    scene.says("p", OK);
    expect([scene.kept("a")?.state, scene.kept("b")?.state]).toEqual(["done", "done"]);
  });

  test("is asked every 10 s whether it is there, and given nothing before it has answered", () => {
    const scene = withPush();
    scene.passTo(10);
    expect(scene.told).toEqual(['10 p <- {"TASK":"KEEPALIVE"}']);
    scene.submits(draft("a"));
    expect(scene.told).toHaveLength(1);
    scene.says("p", PONG);
    expect(scene.told.at(-1)).toBe(`10 p <- ${QUERY}`);
    scene.passTo(40);
    expect(scene.told.filter((line) => line.includes("KEEPALIVE"))).toHaveLength(1);
  });

  test("may be silent on its connection for as long as its task takes, and as long as it is not given up", () => {
    const scene = withPush();
    expect([...scene.spared]).toEqual(["p"]);
    expect([...scene.allowed]).toEqual([["p", 100_000]]);
    scene.submits(draft("a"));
    scene.skip();
    scene.passTo(64);
    expect(scene.told).toEqual(["60 prune"]);
    scene.says("p", OK);
    // Idle, it is to say that it is there.
    scene.passTo(123);
    expect(scene.told.filter((line) => line.endsWith("close"))).toEqual([]);
    scene.passTo(125);
    expect(scene.told.filter((line) => line.endsWith("close"))).toEqual(["124 p <- close"]);
  });

  test("that is given up at the moment when it was to be asked is asked nothing any more", () => {
    const scene = createMasterScene({ pushPort: 9102, classTimeoutMs: seconds(10) });
    scene.opens("p", { push: true });
    scene.says("p", ALIVE, PONG);
    scene.skip();
    scene.passTo(30);
    expect(scene.told.filter((line) => line.includes("p <-"))).toEqual([
      '10 p <- {"TASK":"RETURN","SERVER_RETURN":{"ip":"127.0.0.1","port":9101}}',
      "10 p <- close",
    ]);
  });

  test("that says NOK to something and does not say who it is, says nothing", () => {
    const scene = withPush();
    scene.submits(draft("a"));
    scene.skip();
    scene.says("p", { STATUS: "NOK", TASK: "QUERY" });
    expect(scene.told).toEqual([]);
    expect(scene.node.load(scene.now()).running).toBe(1);
  });

  test("that comes back within the grace reports on its new connection", () => {
    const scene = withPush();
    scene.submits(draft("a"));
    scene.closes("p");
    scene.passTo(3);
    scene.opens("p2", { push: true });
    scene.says("p2", ALIVE, OK);
    expect(scene.kept("a")).toMatchObject({ state: "done", losses: 0 });
  });

  test("that does not come back gives its task to others", () => {
    const scene = withPush();
    scene.submits(draft("a"));
    scene.closes("p");
    scene.passTo(5.1);
    poll(scene, "c1", { ...ALIVE, WORKER_UUID: "v" });
    expect(scene.told).toContain(`5.1 c1 <- ${QUERY}`);
  });
});
