import { describe, expect, test } from "vitest";
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
