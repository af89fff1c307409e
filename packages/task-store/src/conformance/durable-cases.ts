import { assert, nodeId, type TaskId } from "@mutirao/primitives";
import type { LeaseRecord } from "../lease-record.ts";
import type { TaskStore } from "../task-store.ts";
import {
  type ConformanceCase,
  conformanceCase,
  everything,
  expectEqual,
  expectRefused,
  idsOf,
  openLoaded,
} from "./conformance-case.ts";
import type { DurableStoreHarness } from "./harness.ts";
import {
  accepted,
  at,
  endedStatus,
  leased,
  newStatus,
  sampleLease,
  sampleTask,
  sampleTasks,
  updated,
} from "./samples.ts";

type DurableCase = ConformanceCase<DurableStoreHarness>;

/** Ends the store, opens it again and gives the new one, not loaded. */
type Reopen = (store: TaskStore) => Promise<TaskStore>;

/** A case that holds whether the store ends in good order or by a crash. */
function afterEachEnd(name: string, body: (store: TaskStore, reopen: Reopen) => Promise<void>): readonly DurableCase[] {
  return [
    conformanceCase(`${name}, after close()`, async (harness) => {
      await body(await openLoaded(harness), async (store) => {
        await store.close();
        return harness.open();
      });
    }),
    conformanceCase(`${name}, after a crash`, async (harness) => {
      await body(await openLoaded(harness), async () => {
        await harness.crash();
        return harness.open();
      });
    }),
  ];
}

/** What is there again when a store is opened again. */
export const durableCases: readonly DurableCase[] = [
  ...afterEachEnd("everything is there again", async (first, reopen) => {
    const tasks = sampleTasks(0, 40);
    await first.write(tasks.map(accepted));
    const running = { ...newStatus, attempts: 2, losses: 1, worker: nodeId("w7"), startedAt: at(3) };
    await first.write([updated(sampleTask(3).id, running)]);
    // They end in another order than that in which they were accepted, and one of them is retried by hand.
    for (const n of [30, 20, 10, 0]) await first.write([updated(sampleTask(n).id, endedStatus("done", 100 - n))]);
    await first.write([updated(sampleTask(25).id, endedStatus("failed", 1)), updated(sampleTask(25).id, newStatus)]);

    const second = await reopen(first);
    const { unfinished, finished } = await second.load();
    const pending = tasks.filter((_, n) => ![30, 20, 10, 0].includes(n));
    const expected = pending.map((task) => (task.id === "task-3" ? { ...task, status: running } : task));
    expectEqual(unfinished, expected, "the unfinished tasks, in the order in which they were accepted");
    const ends = [30, 20, 10, 0].map((n) => ({ id: sampleTask(n).id, state: "done", endedAt: at(100 - n) }));
    expectEqual(finished, ends, "the finished tasks, oldest end first");
    expectEqual(
      await second.get(sampleTask(10).id),
      sampleTask(10, { status: endedStatus("done", 90) }),
      "a finished one",
    );
    expectEqual(idsOf(await everything(second)), idsOf(tasks).toReversed(), "the list of all");
  }),

  ...afterEachEnd("the order of acceptance goes on", async (first, reopen) => {
    await first.write(sampleTasks(0, 3).map(accepted));
    const second = await reopen(first);
    await second.load();
    await second.write([updated(sampleTask(1).id, endedStatus("done", 1)), accepted(sampleTask(3))]);
    await second.write([updated(sampleTask(0).id, { ...newStatus, attempts: 1 }), accepted(sampleTask(4))]);
    const third = await reopen(second);
    expectEqual(
      idsOf((await third.load()).unfinished),
      ["task-0", "task-2", "task-3", "task-4"],
      "the unfinished tasks",
    );
    expectEqual(await third.prune(at(2), 10), ["task-1"], "what is forgotten");
  }),

  ...afterEachEnd("what was forgotten stays forgotten", async (first, reopen) => {
    await first.write(sampleTasks(0, 9).map((task, n) => accepted({ ...task, status: endedStatus("done", n) })));
    await first.prune(at(4), 100);
    const second = await reopen(first);
    expectEqual(
      idsOf((await second.load()).finished),
      ["task-4", "task-5", "task-6", "task-7", "task-8"],
      "the finished",
    );
    expectEqual(await second.get(sampleTask(1).id), undefined, "a forgotten task");
    await second.write([accepted(sampleTask(1))]);
  }),

  ...afterEachEnd("the last lease of each worker is there again", async (first, reopen) => {
    const odd: LeaseRecord = {
      worker: nodeId("__proto__"),
      epoch: Number.MAX_SAFE_INTEGER,
      borrower: {
        peer: "[2001:db8::1]:7400",
        id: undefined,
        to: { host: "\u{1f69c} 'host'", port: 65_535 },
        isForeign: true,
      },
      changedAt: at(0.5),
    };
    await first.write([leased(sampleLease("w2", 1, "b", 9)), leased(odd), accepted(sampleTask(1))]);
    await first.write([leased(sampleLease("w3", 1, "b", 7)), leased(sampleLease("w1", 1, "b", 7))]);
    // The last of a write counts, and a worker comes home under the epoch under which it left.
    await first.write([leased(sampleLease("w2", 2, undefined, 2)), leased(sampleLease("w2", 3, "c", 3))]);
    await first.write([leased(sampleLease("w3", 1, undefined, 7))]);

    const second = await reopen(first);
    const kept = [odd, sampleLease("w2", 3, "c", 3), sampleLease("w1", 1, "b", 7), sampleLease("w3", 1, undefined, 7)];
    expectEqual((await second.load()).leases, kept, "the leases, the oldest change first");
    await expectRefused(second.write([leased(sampleLease("w2", 2, "b"))]), "an epoch lower than the one kept");
    await second.write([leased(sampleLease("w1", 2, undefined, 8))]);

    const { leases, unfinished } = await (await reopen(second)).load();
    const changed = [...kept.filter(({ worker }) => worker !== "w1"), sampleLease("w1", 2, undefined, 8)];
    expectEqual(leases, changed, "the leases in the end");
    expectEqual(unfinished, [sampleTask(1)], "the task beside them");
  }),

  conformanceCase(
    "after a crash each write is there as a whole or not at all, and none without those before",
    async (harness) => {
      for (let round = 0; round < 3; round++) {
        const store = await openLoaded(harness);
        const known = idsOf(await everything(store)).length;
        const acknowledged: TaskId[] = [];
        const tasks = sampleTasks(100 * round, 100 * round + 60);
        const writing = tasks.map((task, index) =>
          Promise.resolve(
            store.write([
              accepted(task),
              leased(sampleLease("w1", 100 * round + index + 1, "b")),
              updated(task.id, { ...newStatus, attempts: 1 }),
              accepted(twinOf(task.id)),
            ]),
          ).then(
            () => acknowledged.push(task.id),
            // The process is gone, and so is its answer.
            () => {},
          ),
        );
        await writing[round * 10];
        await harness.crash();
        const again = await harness.open();
        const [lease] = (await again.load()).leases;
        const kept = (await everything(again)).toReversed().slice(known);
        const whole = tasks
          .slice(0, kept.length / 2)
          .flatMap((task) => [{ ...task, status: { ...newStatus, attempts: 1 } }, twinOf(task.id)]);
        expectEqual(kept, whole, "the kept tasks, which are those of the first writes");
        const epoch = 100 * round + kept.length / 2;
        if (kept.length > 0) expectEqual(lease, sampleLease("w1", epoch, "b"), "the lease of the last of them");
        assert(kept.length >= 2 * acknowledged.length, "what was acknowledged is kept");
        await harness.crash();
      }
    },
  ),
];

const twinOf = (id: TaskId) => sampleTask(0, { id: `${id} twin` as TaskId });
