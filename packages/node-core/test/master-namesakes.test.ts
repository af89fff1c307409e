import { type Endpoint, formatEndpoint, nodeId, seconds } from "@mutirao/primitives";
import { decodeLine } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { requestId } from "../src/index.ts";
import { createMasterScene, draft, hello, ok, results } from "./support/master-scene.ts";

type Scene = ReturnType<typeof createMasterScene>;

/** A process that goes by the id `w`. */
function comes(scene: Scene, conn: string, boot: string, changes: object = {}): void {
  scene.opens(conn);
  scene.says(conn, hello("w", { boot, ...changes }), results("w", [], { resynced: true }));
}

function comesAsGuest(scene: Scene, conn: string): void {
  scene.opens(conn);
  scene.says(conn, { ...hello("w", { boot: "guest" }), SERVER_UUID: "other" });
  scene.says(conn, results("w", [], { resynced: true }));
}

const names = (scene: Scene) => scene.node.workers(scene.now()).map(({ id, status }) => `${id} ${status}`);

/** A worker whose machine lost its power, and which is back before its old connection is missed. */
function withSuccessor(): Scene {
  const scene = createMasterScene();
  comes(scene, "c1", "first");
  scene.submits(draft("a"));
  scene.passTo(4);
  comes(scene, "c2", "second");
  scene.skip();
  return scene;
}

const beat = (scene: Scene, conn: string): void => scene.says(conn, { TASK: "WORKER_HEARTBEAT", WORKER_UUID: "w" });

describe("of two processes with one id", () => {
  test("the later one is called by it as soon as the first is given up as silent", () => {
    const scene = withSuccessor();
    expect(names(scene)).toEqual(["w ALIVE", "w#2 ALIVE"]);
    scene.passTo(9);
    beat(scene, "c2");
    scene.passTo(10);
    expect(names(scene)).toEqual(["w ALIVE"]);
    expect(scene.told.filter((line) => / worker-(gone|renamed)/.test(line))).toEqual([
      '10 worker-gone {"worker":"w","why":"silent","running":1}',
      '10 worker-renamed {"worker":"w","was":"w#2"}',
    ]);
    scene.says("c2", results("w", [ok("a", 2)]));
    expect(scene.kept("a")).toMatchObject({ state: "done", worker: "w", losses: 1 });
  });

  test("the later one is called by it as soon as the first has been away for the grace", () => {
    const scene = withSuccessor();
    scene.closes("c1");
    scene.passTo(8.9);
    expect(names(scene)).toEqual(["w AWAY", "w#2 ALIVE"]);
    scene.passTo(9);
    expect(names(scene)).toEqual(["w ALIVE"]);
  });

  test("the first, once it is back, is the second: names do not go to and fro", () => {
    const scene = withSuccessor();
    scene.passTo(9);
    beat(scene, "c2");
    scene.passTo(10);
    comes(scene, "c3", "first");
    expect(names(scene)).toEqual(["w ALIVE", "w#2 ALIVE"]);
    expect(scene.told.filter((line) => line.includes("worker-renamed"))).toHaveLength(1);
  });

  test("a guest does not take the name of an own worker that may come back", () => {
    const scene = createMasterScene();
    comes(scene, "c1", "first");
    scene.submits(draft("a"), draft("b"));
    scene.passTo(4);
    comesAsGuest(scene, "c2");
    expect(names(scene)).toEqual(["w ALIVE", "w#2 ALIVE"]);
    scene.passTo(9);
    beat(scene, "c2");
    scene.passTo(11);
    expect(names(scene)).toEqual(["w TIMEOUT", "w#2 ALIVE"]);
    comes(scene, "c3", "first");
    expect(names(scene)).toEqual(["w ALIVE", "w#2 ALIVE"]);
  });

  test("an own worker is called by it when the guest that had it is gone: only so can it be lent", () => {
    const scene = createMasterScene();
    scene.submits(draft("a"), draft("b"));
    comesAsGuest(scene, "c1");
    comes(scene, "c2", "own");
    expect(names(scene)).toEqual(["w ALIVE", "w#2 ALIVE"]);
    scene.passTo(9);
    beat(scene, "c2");
    scene.passTo(10);
    expect(scene.node.workers(scene.now())).toMatchObject([{ id: "w", status: "ALIVE", isBorrowed: false }]);
  });
});

describe("of two with one id, one of them lent: the id is that one's as long as the lease is open", () => {
  const peer: Endpoint = { host: "10.0.0.2", port: 9101 };

  function withPeer(): Scene {
    const scene = createMasterScene({ peers: [peer], timeoutMs: seconds(6) });
    scene.passTo(3);
    const conn = scene.dialled(formatEndpoint(peer));
    const beat = decodeLine('{"SERVER_UUID":"m2","TASK":"HEARTBEAT","RESPONSE":"ALIVE","EXT":{"v":1}}');
    if (conn === undefined || !("message" in beat)) throw new Error("the peer cannot answer");
    scene.handle({ type: "message-received", conn, remote: peer, message: beat.message });
    return scene;
  }
  const lends = (scene: Scene): void => {
    scene.handle({ type: "lend", request: requestId(99), peer: "m2", workers: [nodeId("w")] });
    expect(loans(scene)).toEqual(["w@1 offered"]);
  };
  const loans = (scene: Scene): readonly string[] =>
    scene.node.loans({ limit: 9 }, scene.now()).map(({ id, state }) => `${id} ${state}`);
  const redirects = (scene: Scene) => scene.told.filter((line) => line.includes('"REDIRECT"'));

  test("a new process of the lent one, come home, is known as it although the other has been here all along", () => {
    const scene = withPeer();
    comes(scene, "c1", "first");
    comes(scene, "c2", "twin");
    lends(scene);
    scene.closes("c1");
    comes(scene, "c3", "first again", { epoch: 1 });
    expect(loans(scene)).toEqual(["w@1 home"]);
    scene.skip();
    scene.closes("c2");
    comes(scene, "c4", "twin");
    expect(redirects(scene)).toEqual([]);
  });

  test("the other is neither sent in its place nor missed less when its connection ends", () => {
    const scene = withPeer();
    comes(scene, "c1", "first");
    lends(scene);
    comes(scene, "c2", "twin");
    scene.submits(draft("a"));
    scene.passTo(8);
    beat(scene, "c2");
    scene.passTo(10);
    expect(scene.told.some((line) => line.includes("worker-gone"))).toBe(true);
    scene.closes("c2");
    expect(names(scene)).toContain("w#2 AWAY");
    scene.skip();
    comes(scene, "c3", "twin", { holding: [{ id: "a", n: 1 }] });
    expect(redirects(scene)).toEqual([]);
  });

  test("one of the class that polls at home, and was never sent away, proves nothing of the other", () => {
    const scene = withPeer();
    let polls = 0;
    const poll = (host: string): void => {
      const conn = `p${++polls}`;
      scene.opens(conn, { host });
      scene.says(conn, { WORKER: "ALIVE", WORKER_UUID: "w" });
      scene.settle();
    };
    poll("10.0.0.8");
    poll("10.0.0.9");
    lends(scene);
    poll("10.0.0.8");
    expect(redirects(scene)).toHaveLength(1);
    for (let second = 4; second < 66; second++) {
      scene.passTo(second);
      poll("10.0.0.9");
    }
    expect(loans(scene)).toEqual(["w@1 lent"]);
    expect(names(scene)).toEqual(["w LENT", "w#2 ALIVE"]);
    // Nothing is heard of it to the end of its lease, nor for as long as it is shown as lost.
    for (let second = 66; second < 700; second += 5) {
      scene.passTo(second);
      poll("10.0.0.9");
    }
    expect(names(scene)).toEqual(["w ALIVE"]);
    expect(loans(scene)).toEqual(["w@1 home"]);
  });
});
