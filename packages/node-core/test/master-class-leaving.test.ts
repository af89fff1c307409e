import { describe, expect, test } from "vitest";
import { createMasterScene, draft } from "./support/master-scene.ts";

const ALIVE = { WORKER: "ALIVE", WORKER_UUID: "w" };
const NOK = { STATUS: "NOK", TASK: "QUERY", WORKER_UUID: "w" };
const OTHER = { WORKER: "ALIVE", WORKER_UUID: "v" };
const OTHER_OK = { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "v", SALDO: 12.5 };
const ABORTED = { ...NOK, ERROR: "ERR_TASK_ABORTED: The worker had to leave." };
const ACK = '{"STATUS":"ACK","WORKER_UUID":"w"}';

/** A pull worker says something on a connection of its own, and all that has arrived is read. */
function poll(scene: ReturnType<typeof createMasterScene>, name: string, line: object): void {
  scene.opens(name);
  scene.says(name, line);
  scene.settle();
}

/** A task that is failed for good by its first failure. */
const onlyOnce = (id: string) => ({ ...draft(id), maxAttempts: 1 });

describe("a worker of ours that has to leave, and knows the class's words only", () => {
  test("hands its task back when it polls, which costs the task nothing, not even its place", () => {
    const scene = createMasterScene();
    scene.submits(onlyOnce("a"), draft("b"));
    poll(scene, "c1", ALIVE);
    scene.skip();
    poll(scene, "c2", ABORTED);
    expect(scene.told).toEqual([`0 c2 <- ${ACK}`, "0 c2 <- close"]);
    expect(scene.kept("a")).toMatchObject({ state: "pending", failures: 0, stories: [] });
    poll(scene, "c3", OTHER);
    poll(scene, "c4", OTHER_OK);
    expect(scene.kept("a")).toMatchObject({ state: "done", worker: "v", attempts: 2, failures: 0, losses: 0 });
  });

  test("hands its task back on its connection for life", () => {
    const scene = createMasterScene({ pushPort: 9102 });
    scene.opens("p", { push: true });
    scene.says("p", ALIVE, { STATUS: "PONG", WORKER_UUID: "w" });
    scene.submits(onlyOnce("a"));
    scene.says("p", ABORTED);
    scene.closes("p");
    poll(scene, "c1", OTHER);
    poll(scene, "c2", OTHER_OK);
    expect(scene.kept("a")).toMatchObject({ state: "done", worker: "v", attempts: 2, failures: 0, losses: 0 });
  });

  test("says it twice, and the second time means nothing", () => {
    const scene = createMasterScene();
    scene.submits(onlyOnce("a"));
    poll(scene, "c1", ALIVE);
    poll(scene, "c2", ABORTED);
    poll(scene, "c3", OTHER);
    poll(scene, "c4", ABORTED);
    expect(scene.told.slice(-2)).toEqual([`0 c4 <- ${ACK}`, "0 c4 <- close"]);
    expect(scene.node.workers(scene.now()).map(({ id, running }) => [id, running])).toEqual([
      ["w", []],
      ["v", ["a"]],
    ]);
  });

  test.each(["ERR_TASK_ABORTED", "ERR_WORKER_BUSY: no room", "no ERR_TASK_ABORTED: "])(
    "has failed if it says %s, which is something else",
    (error) => {
      const scene = createMasterScene();
      scene.submits(onlyOnce("a"));
      poll(scene, "c1", ALIVE);
      poll(scene, "c2", { ...NOK, ERROR: error });
      expect(scene.kept("a")).toMatchObject({ state: "failed", failures: 1, error: { message: error } });
    },
  );
});
