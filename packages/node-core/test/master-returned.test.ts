import { taskId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createMasterScene, draft, hello, nok, ok, results } from "./support/master-scene.ts";

type Scene = ReturnType<typeof createMasterScene>;

function withWorker(slots = 1): Scene {
  const scene = createMasterScene();
  scene.opens("w");
  scene.says("w", hello("w", { slots }), results("w", [], { resynced: true }));
  return scene;
}

const stateOf = (scene: Scene, task: string) => scene.node.task(taskId(task))?.state;

/** The worker says `code` of the task each time that it is given it, `times` times. */
function handsBack(scene: Scene, task: string, code: string, first: number, times: number): void {
  for (let n = first; n < first + times; n++) scene.says("w", results("w", [nok(task, code, n)]));
}

describe("a worker that hands back whatever it is given", () => {
  test.each(["ERR_WORKER_BUSY", "ERR_TASK_ABORTED", "ERR_TASK_TYPE_UNKNOWN"])(
    "%s: from the eighteenth on that is a failure, and the task waits before it is tried again",
    (code) => {
      const scene = withWorker();
      scene.submits(draft("a"));
      handsBack(scene, "a", code, 1, 17);
      expect([stateOf(scene, "a"), scene.kept("a")]).toMatchObject(["running", { failures: 0, stories: [] }]);
      handsBack(scene, "a", code, 18, 1);
      const failed = { failures: 1, stories: [{ attempt: 18, code }] };
      expect([stateOf(scene, "a"), scene.kept("a")]).toMatchObject(["pending", failed]);
    },
  );

  test("may hand back one more for each slot that it has", () => {
    const scene = withWorker(4);
    scene.submits(draft("a"));
    handsBack(scene, "a", "ERR_WORKER_BUSY", 1, 20);
    expect(scene.kept("a")).toMatchObject({ failures: 0 });
    handsBack(scene, "a", "ERR_WORKER_BUSY", 21, 1);
    expect(scene.kept("a")).toMatchObject({ failures: 1 });
  });

  test("is trusted again once it has ended a task", () => {
    const scene = withWorker();
    scene.submits(draft("a"));
    handsBack(scene, "a", "ERR_WORKER_BUSY", 1, 17);
    scene.says("w", results("w", [ok("a", 18)]));
    scene.submits(draft("b"));
    handsBack(scene, "b", "ERR_WORKER_BUSY", 1, 17);
    expect(scene.kept("a")).toMatchObject({ state: "done" });
    expect([stateOf(scene, "b"), scene.kept("b")]).toMatchObject(["running", { failures: 0 }]);
  });

  test("in the class's words, too: its task does not go to and fro for ever", () => {
    const scene = createMasterScene();
    scene.submits({ ...draft("a"), maxAttempts: 1 });
    const says = (name: string, line: object): void => {
      scene.opens(name);
      scene.says(name, line);
      scene.settle();
    };
    const ERROR = "ERR_TASK_ABORTED: The worker had to leave.";
    for (let n = 1; n <= 18; n++) {
      expect(scene.kept("a")?.state).toBe("pending");
      says(`ask${n}`, { WORKER: "ALIVE", WORKER_UUID: "w" });
      says(`tell${n}`, { STATUS: "NOK", TASK: "QUERY", WORKER_UUID: "w", ERROR });
    }
    expect(scene.kept("a")).toMatchObject({ state: "failed", attempts: 18, failures: 1 });
  });
});
