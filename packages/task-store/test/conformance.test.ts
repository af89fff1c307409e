import { epochMs } from "@mutirao/primitives";
import { describe, expect, it } from "vitest";
import type { TaskStoreHarness } from "../src/conformance.ts";
import { durableStoreConformance, fullDiskConformance, taskStoreConformance } from "../src/conformance.ts";
import { createMemoryTaskStore, storeErrors, type TaskStore, TaskStoreError } from "../src/index.ts";

const harnessOf = (open: () => TaskStore): TaskStoreHarness & { stops: number } => {
  const harness = {
    stops: 0,
    open: async () => open(),
    async stop() {
      harness.stops++;
    },
  };
  return harness;
};

const idle: TaskStore = {
  load: async () => ({ unfinished: [], finished: [], leases: [] }),
  write: async () => {},
  get: async () => undefined,
  list: async () => [],
  prune: async () => [],
  close: async () => {},
};

/** Stores that break one promise each. */
const wrongs: Readonly<Record<string, (right: TaskStore) => Partial<TaskStore>>> = {
  "keeps the first part of a refused write": ({ write }) => ({
    async write(changes) {
      for (const change of changes) await write([change]);
    },
  }),
  "refuses nothing": ({ write }) => ({ write: (changes) => Promise.resolve(write(changes)).catch(() => {}) }),
  "takes each change for an acceptance, and the first status for the last": ({ write }) => ({
    write: (changes) => write(changes.filter(({ kind }) => kind !== "updated")),
  }),
  "takes no notice of leases": ({ write }) => ({
    write: (changes) => write(changes.filter(({ kind }) => kind !== "leased")),
  }),
  "looks at the changes later": ({ write }) => ({
    async write(changes) {
      await Promise.resolve();
      await write(changes);
    },
  }),
  "lists the oldest first": ({ list }) => ({ list: async (query) => (await list(query)).toReversed() }),
  "takes no notice of the limit": ({ list }) => ({ list: (query) => list({ ...query, limit: 1_000 }) }),
  "takes no notice of the state": ({ list }) => ({ list: (query) => list({ ...query, state: undefined }) }),
  "forgets what ended at the very time": ({ prune }) => ({
    prune: (endedBefore, finishedMax) => prune(epochMs(endedBefore + 1), finishedMax),
  }),
  "takes no notice of the number": ({ prune }) => ({ prune: (endedBefore) => prune(endedBefore, 1_000_000) }),
  "tells only some of what it has forgotten": ({ prune }) => ({
    prune: async (...asked) => (await prune(...asked)).slice(0, 2),
  }),
  "refuses what was asked for before close()": ({ write, close }) => {
    let isClosed = false;
    return {
      async write(changes) {
        await new Promise((resolve) => setImmediate(resolve));
        if (isClosed) throw new TaskStoreError("ERR_STORE_FAILED", "closed");
        await write(changes);
      },
      async close() {
        isClosed = true;
        await close();
      },
    };
  },
};

describe("the conformance suite", () => {
  const all = [...taskStoreConformance, ...durableStoreConformance, ...fullDiskConformance];

  it("has cases of distinct names", () => {
    const names = all.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(25);
  });

  it.each(taskStoreConformance)("fails a store that does nothing, and stops it: $name", async ({ name, run }) => {
    const harness = harnessOf(() => idle);
    // The one promise that can be kept by doing nothing.
    if (name === "a new store contains nothing") await run(harness);
    else await expect(run(harness)).rejects.toThrow("assertion failed");
    expect(harness.stops).toBe(1);
  });

  it.each(Object.keys(wrongs))("fails a store that %s", async (name) => {
    const outcomes = await Promise.allSettled(
      taskStoreConformance.map(({ run }) =>
        run(
          harnessOf(() => {
            const right = createMemoryTaskStore();
            return { ...right, ...wrongs[name]?.(right) };
          }),
        ),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toContain("rejected");
  });

  it.each(durableStoreConformance)("fails a store that forgets: $name", async ({ run }) => {
    const harness = { ...harnessOf(createMemoryTaskStore), crash: async () => {} };
    await expect(run(harness)).rejects.toThrow("assertion failed");
  });

  it.each(fullDiskConformance)("fails a store that takes no notice of a full disk: $name", async ({ run }) => {
    const nothing = async (): Promise<void> => {};
    const harness = { ...harnessOf(createMemoryTaskStore), crash: nothing, fillDisk: nothing, makeRoom: nothing };
    await expect(run(harness)).rejects.toThrow("assertion failed");
  });
});

describe("an error of a store", () => {
  it("says what happened and what to do", () => {
    const error = new TaskStoreError("ERR_STORE_LOCKED", "./data");
    expect(error.message).toBe(`${storeErrors.ERR_STORE_LOCKED} (./data)`);
    expect(error.code).toBe("ERR_STORE_LOCKED");
  });
});
