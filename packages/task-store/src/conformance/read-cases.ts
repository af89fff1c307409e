import type { StoredState } from "../task-record.ts";
import {
  type ConformanceCase,
  conformanceCase,
  expectEqual,
  expectRefused,
  idsOf,
  openLoaded,
} from "./conformance-case.ts";
import { accepted, endedStatus, newStatus, sampleTask, sampleTasks, updated } from "./samples.ts";

const states: readonly StoredState[] = ["pending", "done", "failed", "cancelled", "dead"];

/** What can be looked up, and the life of a store that has no past. */
export const readCases: readonly ConformanceCase[] = [
  conformanceCase("a new store contains nothing", async (harness) => {
    const store = await harness.open();
    expectEqual(await store.load(), { unfinished: [], finished: [], leases: [] }, "what was loaded");
    expectEqual(await store.list({ state: undefined, limit: 10 }), [], "what is listed");
    await store.close();
  }),

  conformanceCase(
    "a list has the tasks of a state, the most recently accepted first, up to its limit",
    async (harness) => {
      const store = await openLoaded(harness);
      const tasks = sampleTasks(0, 50);
      await store.write(tasks.map(accepted));
      // They end in another order than that in which they were accepted.
      const stateOf = (index: number): StoredState => states[index % states.length] ?? "pending";
      const changes = tasks.flatMap(({ id }, index) => {
        const state = stateOf(index);
        return state === "pending" ? [] : [updated(id, endedStatus(state, 1_000 - index))];
      });
      await store.write(changes.toReversed());
      for (const state of states) {
        const ids = idsOf(tasks)
          .filter((_, index) => stateOf(index) === state)
          .reverse();
        expectEqual(idsOf(await store.list({ state, limit: 1_000 })), ids, `the list of ${state}`);
        expectEqual(idsOf(await store.list({ state, limit: 3 })), ids.slice(0, 3), `the first three of ${state}`);
      }
      const all = idsOf(tasks).toReversed();
      expectEqual(idsOf(await store.list({ state: undefined, limit: 1_000 })), all, "the list of all");
      expectEqual(idsOf(await store.list({ state: undefined, limit: 1 })), all.slice(0, 1), "the first of all");
    },
  ),

  conformanceCase("a list finds the few among the many", async (harness) => {
    const store = await openLoaded(harness);
    const tasks = sampleTasks(0, 5_000);
    await store.write(
      tasks.map((task, index) => accepted({ ...task, status: index === 7 ? newStatus : endedStatus("done", index) })),
    );
    expectEqual(idsOf(await store.list({ state: "pending", limit: 1_000 })), ["task-7"], "the list of pending");
    expectEqual(await store.list({ state: "dead", limit: 1_000 }), [], "the list of dead");
    const latest = idsOf(tasks).slice(-1_000).reverse();
    expectEqual(idsOf(await store.list({ state: "done", limit: 1_000 })), latest, "the list of done");
  }),

  conformanceCase("what was made durable can be read, whatever else is asked for at the same time", async (harness) => {
    const store = await openLoaded(harness);
    await store.write([accepted(sampleTask(0))]);
    const reading = sampleTasks(1, 100).map(async (task) => {
      await store.write([accepted(task)]);
      expectEqual(await store.get(task.id), task, `task ${task.id}`);
      const [latest] = await store.list({ state: "pending", limit: 1 });
      expectEqual(latest === undefined, false, "whether anything is listed");
    });
    await Promise.all(reading);
  }),

  conformanceCase("a store is loaded once, before it is used, and not used after close()", async (harness) => {
    const store = await harness.open();
    await expectRefused(store.write([accepted(sampleTask(1))]), "a write before load()");
    await store.load();
    await expectRefused(store.load(), "a second load()");
    await store.write([accepted(sampleTask(1))]);
    await store.close();
    await expectRefused(store.write([accepted(sampleTask(2))]), "a write after close()");
    await expectRefused(store.get(sampleTask(1).id), "a look after close()");
  }),

  conformanceCase("close() makes durable what was asked for before, and can be called twice", async (harness) => {
    const store = await openLoaded(harness);
    await store.write([accepted(sampleTask(0))]);
    const writing = sampleTasks(1, 20).map(async (task) => store.write([accepted(task)]));
    const [reading, closing] = [store.get(sampleTask(0).id), store.close()];
    await Promise.all(writing);
    expectEqual(await reading, sampleTask(0), "what was looked up before close()");
    await closing;
    await store.close();
  }),
];
