import { jsonText } from "@mutirao/primitives";
import { canMount } from "@mutirao/process-tests";
import {
  accepted,
  at,
  endedStatus,
  fullDiskConformance,
  sampleTask,
  sampleTasks,
} from "@mutirao/task-store/conformance";
import { describe, expect, it } from "vitest";
import { openSqliteTaskStore } from "../src/index.ts";
import { storeErrorOf } from "./support/failure.ts";
import { createSmallDiskHarness } from "./support/small-disk.ts";
import { startStoreProcess } from "./support/store-process.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

describe.skipIf(!canMount())("on a disk that is full (needs root on Linux, to mount a small one)", () => {
  for (const { name, run } of fullDiskConformance) it(name, () => run(createSmallDiskHarness()));
});

it("a store that may not grow refuses writes, loses nothing, and goes on once something is forgotten", async () => {
  const directory = temporaryDirectory();
  const store = await openSqliteTaskStore({ directory, fileMaxBytes: 200_000 });
  await store.load();
  const bigTask = (n: number) =>
    sampleTask(n, { payload: jsonText(`"${"x".repeat(20_000)}"`), status: endedStatus("done", n) });
  let kept = 0;
  const fill = async (): Promise<void> => {
    for (; ; kept++) await store.write([accepted(bigTask(kept))]);
  };
  expect((await storeErrorOf(fill())).code).toBe("ERR_STORE_FULL");
  expect(kept).toBeGreaterThan(5);
  const failed = await Promise.all([0, 1, 2].map((n) => storeErrorOf(store.write([accepted(bigTask(100 + n))]))));
  expect(failed.map(({ code }) => code)).toEqual(["ERR_STORE_FULL", "ERR_STORE_FULL", "ERR_STORE_FULL"]);
  expect(await store.list({ state: undefined, limit: 1_000 })).toHaveLength(kept);

  expect(await store.prune(at(3), 1_000)).toEqual(["task-0", "task-1", "task-2"]);
  await store.write([accepted(bigTask(kept)), accepted(bigTask(kept + 1))]);
  await store.close();
  const again = await openSqliteTaskStore({ directory });
  const { finished } = await again.load();
  expect(finished.map(({ id }) => id)).toEqual(sampleTasks(3, kept + 2).map(({ id }) => id));
  await again.close();
});

it.skipIf(process.platform === "win32")(
  "any other error of the disk ends all writing, and keeps what was durable (needs ulimit)",
  async () => {
    const directory = temporaryDirectory();
    const limited = await startStoreProcess({ directory, fileMaxBlocks: 600 });
    let durable = 0;
    try {
      await limited.store.load();
      const fill = async (): Promise<void> => {
        for (; ; durable++) await limited.store.write([accepted(sampleTask(durable, { type: "x".repeat(3_000) }))]);
      };
      const error = await storeErrorOf(fill());
      expect(error.code).toBe("ERR_STORE_FAILED");
      expect(error.message).toContain("disk I/O error");
      expect(durable).toBeGreaterThan(10);
      const errors = await Promise.all(
        [
          limited.store.write([accepted(sampleTask(1_000))]),
          limited.store.write([]),
          limited.store.get(sampleTask(0).id),
          limited.store.prune(at(0), 0),
        ].map(storeErrorOf),
      );
      expect(errors.map(({ code }) => code)).toEqual(Array(4).fill("ERR_STORE_FAILED"));
      await limited.store.close();
    } finally {
      await limited.kill();
    }
    const store = await openSqliteTaskStore({ directory });
    expect((await store.load()).unfinished).toHaveLength(durable);
    await store.close();
  },
);
