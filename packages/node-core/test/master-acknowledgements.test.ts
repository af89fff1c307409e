import { taskId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createMasterScene, draft, hello, nok, ok, results } from "./support/master-scene.ts";

const ACK = (id: string, n = 1): string => `{"STATUS":"ACK","EXT":{"v":1,"acks":[["${id}",${n}]]}}`;

function sceneWithWorker(changes: Parameters<typeof createMasterScene>[0] = {}) {
  const scene = createMasterScene(changes);
  scene.opens("w1");
  scene.says("w1", hello("w1"), results("w1", [], { resynced: true }));
  return scene;
}

describe("what a worker is told is kept is kept", () => {
  test("a note about the task that is durable first does not acknowledge its result", () => {
    const scene = sceneWithWorker();
    scene.submits(draft("a"));
    scene.slowDisk();
    // After a second it is worth noting who runs it.
    scene.passTo(1.5);
    scene.skip();
    scene.says("w1", results("w1", [ok("a")]));
    scene.commit();
    expect(scene.told).toEqual([]);
    scene.commit();
    expect(scene.told).toContain(`1.5 w1 <- ${ACK("a")}`);
  });

  test("a failure that is said again waits with the first for the disk", () => {
    const scene = sceneWithWorker();
    scene.submits(draft("a"));
    scene.slowDisk();
    scene.skip();
    scene.says("w1", results("w1", [nok("a", "ERR_NO_SUCH_USER")]));
    scene.says("w1", results("w1", [nok("a", "ERR_NO_SUCH_USER")]));
    expect(scene.told.filter((line) => line.includes("ACK"))).toEqual([]);
    scene.commit();
    expect(scene.told.filter((line) => line.includes("ACK"))).toHaveLength(1);
    expect(scene.kept("a")).toMatchObject({ failures: 1 });
  });
});

describe("a task whose end is not durable yet", () => {
  const shownWhile = (line: object) => {
    const scene = sceneWithWorker();
    scene.submits(draft("a", { maxAttempts: 1 }));
    scene.slowDisk();
    scene.says("w1", line);
    return scene.node.task(taskId("a"));
  };
  const nothingOfTheEnd = { state: "pending", endedAt: undefined, result: undefined, error: undefined };

  test("shows no result, which may never come to be", () => {
    const shown = shownWhile(results("w1", [ok("a")]));
    expect(shown).toMatchObject({ state: "running", status: { ...nothingOfTheEnd, worker: "w1", attempts: 1 } });
  });

  test("shows no error either", () => {
    const shown = shownWhile(results("w1", [nok("a", "ERR_NO_SUCH_USER")]));
    expect(shown).toMatchObject({ state: "running", status: { ...nothingOfTheEnd, failures: 1 } });
  });
});

describe("a task that is tried again by hand", () => {
  const cancelled = {
    ...draft("a"),
    acceptedAt: 1 as never,
    status: {
      state: "cancelled" as const,
      attempts: 0,
      failures: 0,
      losses: 0,
      stories: [],
      worker: undefined,
      startedAt: undefined,
      endedAt: 2 as never,
      result: undefined,
      error: undefined,
    },
  };

  test("is not opened again if the store forgets it at this moment", () => {
    const scene = sceneWithWorker({ keepMax: 1 });
    scene.submits(draft("a"), draft("b"));
    scene.cancels("a");
    scene.cancels("b");
    expect(scene.told).toContain("0 prune");
    const written = scene.writes.length;
    scene.retries(cancelled);
    expect(scene.answers.at(-1)).toMatchObject({ kind: "cancelled", task: "b" });
    scene.handle({ type: "store-pruned", tasks: [cancelled.id] });
    expect(scene.answers.at(-1)).toMatchObject({ kind: "refused", refusal: { code: "ERR_TASK_UNKNOWN" } });
    expect(scene.writes).toHaveLength(written);
  });

  test("is not ended by what a full disk refused in its earlier life", () => {
    const scene = sceneWithWorker();
    scene.submits(draft("a", { maxAttempts: 2 }));
    scene.slowDisk();
    scene.says("w1", results("w1", [nok("a", "ERR_NO_SUCH_USER")]));
    scene.refuse("ERR_STORE_FULL");
    scene.cancels("a");
    scene.commit();
    scene.retries(cancelled);
    scene.commit();
    expect(scene.answers.at(-1)).toEqual({ kind: "retried", task: "a" });
    // When the refused note would be written again.
    scene.passTo(1.5);
    expect(scene.kept("a")).toMatchObject({ state: "pending", failures: 0 });
  });
});

test("who cancels a task that the full disk then refuses to accept is answered, too", () => {
  const scene = sceneWithWorker();
  scene.slowDisk();
  scene.submits(draft("a"));
  scene.cancels("a");
  scene.refuse("ERR_STORE_FULL");
  expect(scene.answers).toEqual([
    { kind: "refused", refusal: { code: "ERR_TASK_UNKNOWN", retryAfterMs: undefined } },
    { kind: "submitted", drafts: [expect.objectContaining({ id: "a", isAccepted: false })] },
  ]);
});
