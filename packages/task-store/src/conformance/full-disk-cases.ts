import { jsonText, type TaskId } from "@mutirao/primitives";
import type { TaskRecord } from "../task-record.ts";
import type { StoreContents, TaskStore } from "../task-store.ts";
import {
  type ConformanceCase,
  conformanceCase,
  everything,
  expectEqual,
  expectStoreError,
  idsOf,
  openLoaded,
} from "./conformance-case.ts";
import type { LimitedStoreHarness } from "./harness.ts";
import { accepted, endedStatus, leased, sampleLease, sampleTask, sampleTasks, updated } from "./samples.ts";

type LimitedCase = ConformanceCase<LimitedStoreHarness>;

const bigTask = (ordinal: number): TaskRecord => sampleTask(ordinal, { payload: jsonText(`"${"x".repeat(1_000)}"`) });

/** What holds when there is no room left, and when there is again. */
export const fullDiskCases: readonly LimitedCase[] = [
  conformanceCase("a full disk refuses writes, loses nothing, and is forgotten once there is room", async (harness) => {
    const store = await openLoaded(harness);
    await store.write(sampleTasks(0, 5).map(accepted));
    await harness.fillDisk();
    await expectStoreError(store.write([accepted(bigTask(10))]), "ERR_STORE_FULL", "a write to a full disk");
    await expectStoreError(store.write([accepted(bigTask(11))]), "ERR_STORE_FULL", "another write to a full disk");
    expectEqual(await everything(store), sampleTasks(0, 5).toReversed(), "what can be read meanwhile");
    await harness.makeRoom();
    await store.write([accepted(bigTask(10)), updated(sampleTask(1).id, endedStatus("done", 1))]);
    await expectKept(store, harness, ["task-0", "task-2", "task-3", "task-4", "task-10"]);
  }),

  conformanceCase("what waits behind a write without room is refused with it", async (harness) => {
    const store = await openLoaded(harness);
    await store.write([accepted(sampleTask(0))]);
    await harness.fillDisk();
    const [first, second] = [bigTask(1), bigTask(2)];
    await Promise.all([
      expectStoreError(
        store.write([leased(sampleLease("w1", 5, "b")), accepted(first)]),
        "ERR_STORE_FULL",
        "the first write",
      ),
      expectStoreError(
        store.write([updated(first.id, endedStatus("done", 1))]),
        "ERR_STORE_FULL",
        "one that builds on it",
      ),
      expectStoreError(store.write([accepted(second)]), "ERR_STORE_FULL", "one that does not"),
      expectStoreError(store.write([leased(sampleLease("w2", 5, "b"))]), "ERR_STORE_FULL", "a lease"),
    ]);
    await harness.makeRoom();
    const lease = sampleLease("w1", 4, "c");
    await store.write([accepted(second), accepted(first), leased(lease)]);
    const { leases } = await expectKept(store, harness, ["task-0", "task-2", "task-1"]);
    expectEqual(leases, [lease], "the leases after a crash");
  }),

  conformanceCase("a crash with a full disk loses nothing", async (harness) => {
    const store = await openLoaded(harness);
    await store.write(sampleTasks(0, 5).map(accepted));
    await harness.fillDisk();
    await expectStoreError(store.write([accepted(bigTask(10))]), "ERR_STORE_FULL", "a write to a full disk");
    await harness.crash();
    await harness.makeRoom();
    const again = await openLoaded(harness);
    await again.write([accepted(bigTask(10))]);
    await expectKept(again, harness, ["task-0", "task-1", "task-2", "task-3", "task-4", "task-10"]);
  }),

  conformanceCase(
    "a store that a full disk does not let open says so, and opens once there is room",
    async (harness) => {
      await (await openLoaded(harness)).write(sampleTasks(0, 5).map(accepted));
      await harness.fillDisk();
      await harness.crash();
      const hindrance = await harness.open().then(ignore, (error: unknown) => error);
      // It may also do without room.
      if (hindrance !== undefined) await expectStoreError(Promise.reject(hindrance), "ERR_STORE_FULL", "opening");
      await harness.makeRoom();
      await expectKept(await openLoaded(harness), harness, idsOf(sampleTasks(0, 5)));
    },
  ),
];

const ignore = (): void => {};

/** Checks what is unfinished, now and after a crash, and gives all that is there then. */
async function expectKept(
  store: TaskStore,
  harness: LimitedStoreHarness,
  ids: readonly string[],
): Promise<StoreContents> {
  const pending = await store.list({ state: "pending", limit: 1_000 });
  expectEqual(idsOf(pending), ids.toReversed() as TaskId[], "the unfinished tasks");
  await harness.crash();
  const again = await harness.open();
  const contents = await again.load();
  expectEqual(idsOf(contents.unfinished), ids, "the unfinished tasks after a crash");
  return contents;
}
