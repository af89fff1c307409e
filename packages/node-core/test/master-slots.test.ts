import { seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createMasterScene, draft, hello, ok, results } from "./support/master-scene.ts";

const QUERY = '{"TASK":"QUERY","USER":"ana"}';
const ALIVE = { WORKER: "ALIVE", WORKER_UUID: "w" };
const PONG = { STATUS: "PONG", WORKER_UUID: "w" };
const OK = { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w", SALDO: 12.5 };

const given = (told: readonly string[]): readonly string[] => told.filter((line) => line.includes('"tasks":'));
const lines = (scene: ReturnType<typeof createMasterScene>, name: string): readonly string[] =>
  scene.told.filter((line) => line.includes(` ${name} <- `));

describe("a worker of ours that comes back", () => {
  test("keeps its task under the number that it knows, and its slot comes free with the result", () => {
    const scene = createMasterScene();
    scene.opens("w1");
    scene.says("w1", hello("w1"), results("w1", [], { resynced: true }));
    scene.submits(draft("a"));
    scene.closes("w1");
    // Another is given it after the grace, and is lost with it.
    scene.passTo(6);
    scene.opens("w2");
    scene.says("w2", hello("w2"), results("w2", [], { resynced: true }));
    scene.closes("w2");
    scene.passTo(12);
    scene.opens("again");
    scene.says("again", hello("w1", { holding: [["a", 1]] }), results("w1", [], { resynced: true }));
    scene.says("again", results("w1", [ok("a", 1)]));
    scene.skip();
    scene.submits(draft("b"));
    expect(given(scene.told)).toHaveLength(1);
  });

  test("has no slot for another task while it still runs one that nobody wants from it any more", () => {
    const scene = createMasterScene();
    scene.opens("w1");
    scene.says("w1", hello("w1", { holding: [["gone", 1]] }), results("w1", [], { resynced: true }));
    scene.submits(draft("a"));
    expect(given(scene.told)).toEqual([]);
    scene.says("w1", results("w1", [{ id: "gone", n: 1, ok: false, code: "ERR_TASK_CANCELLED", message: "no" }]));
    expect(given(scene.told)).toHaveLength(1);
  });

  test("after it fell silent is not asked to close twice", () => {
    const scene = createMasterScene();
    scene.opens("w1");
    scene.says("w1", hello("w1"), results("w1", [], { resynced: true }));
    scene.passTo(11);
    scene.opens("again");
    scene.says("again", hello("w1"));
    expect(lines(scene, "w1").filter((line) => line.endsWith("close"))).toHaveLength(1);
  });
});

describe("a worker of the class's words", () => {
  test("is told nothing when its task is cancelled, and counts as free once the time for that is over", () => {
    const scene = createMasterScene({ visibilityMs: seconds(10) });
    scene.submits(draft("a"));
    scene.opens("c1");
    scene.says("c1", ALIVE);
    scene.settle();
    scene.cancels("a");
    scene.submits(draft("b"));
    scene.opens("c2");
    scene.says("c2", ALIVE);
    scene.settle();
    expect(lines(scene, "c2")[0]).toBe('0 c2 <- {"TASK":"NO_TASK"}');
    scene.passTo(16);
    scene.opens("c3");
    scene.says("c3", ALIVE);
    scene.settle();
    expect(lines(scene, "c3")[0]).toBe(`16 c3 <- ${QUERY}`);
  });

  test("on a push connection is not told to cancel in words that it does not know", () => {
    const scene = createMasterScene({ pushPort: 9_102 });
    scene.opens("p", { push: true });
    scene.says("p", ALIVE, PONG);
    scene.skip();
    scene.submits(draft("a"));
    scene.cancels("a");
    expect(lines(scene, "p")).toEqual([`0 p <- ${QUERY}`]);
  });

  test("on a push connection that is late is given nothing more until its result is there, which is not the next one's", () => {
    const scene = createMasterScene({ pushPort: 9_102, visibilityMs: seconds(10), lossesMax: 1 });
    scene.opens("p", { push: true });
    scene.says("p", ALIVE, PONG);
    scene.skip();
    scene.submits(draft("a"), draft("b"));
    scene.passTo(16);
    expect(scene.kept("a")).toMatchObject({ state: "dead" });
    expect(lines(scene, "p")).toEqual([`0 p <- ${QUERY}`]);
    scene.says("p", OK);
    expect(scene.kept("b")).toMatchObject({ state: "pending" });
    scene.wake();
    expect(lines(scene, "p")).toHaveLength(2);
    scene.says("p", OK);
    expect(scene.kept("b")).toMatchObject({ state: "done" });
  });
});
