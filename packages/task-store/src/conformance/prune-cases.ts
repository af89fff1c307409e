import {
  type ConformanceCase,
  conformanceCase,
  everything,
  expectEqual,
  idsOf,
  openLoaded,
} from "./conformance-case.ts";
import { accepted, at, endedStatus, newStatus, sampleTask, sampleTasks, updated } from "./samples.ts";

const NO_LIMIT = 1_000_000;

/** What is forgotten. */
export const pruneCases: readonly ConformanceCase[] = [
  conformanceCase("prune() forgets what ended before a time, the oldest end first", async (harness) => {
    const store = await openLoaded(harness);
    await store.write(sampleTasks(0, 6).map(accepted));
    // The last accepted ends first, and task-0 never.
    await store.write([5, 4, 3, 2, 1].map((n) => updated(sampleTask(n).id, endedStatus("cancelled", 100 - n))));
    expectEqual(await store.prune(at(95), NO_LIMIT), [], "what was forgotten before the first end");
    expectEqual(await store.prune(at(98), NO_LIMIT), ["task-5", "task-4", "task-3"], "what was forgotten");
    expectEqual(idsOf(await everything(store)), ["task-2", "task-1", "task-0"], "what is left");
    expectEqual(await store.get(sampleTask(5).id), undefined, "a forgotten task");
    expectEqual(await store.prune(at(1_000), NO_LIMIT), ["task-2", "task-1"], "what was forgotten in the end");
    expectEqual(await everything(store), [sampleTask(0)], "what has not ended");
  }),

  conformanceCase("prune() forgets the oldest ends above a number", async (harness) => {
    const store = await openLoaded(harness);
    await store.write(sampleTasks(0, 8).map(accepted));
    await store.write([3, 1, 4, 2, 5].map((n, index) => updated(sampleTask(n).id, endedStatus("done", 100 + index))));
    expectEqual(await store.prune(at(0), 5), [], "what was forgotten below the number");
    expectEqual(await store.prune(at(0), 3), ["task-3", "task-1"], "what was forgotten");
    expectEqual(await store.prune(at(103), 2), ["task-4"], "what was forgotten by both rules");
    expectEqual(await store.prune(at(0), 0), ["task-2", "task-5"], "what was forgotten in the end");
    expectEqual(idsOf(await everything(store)), ["task-7", "task-6", "task-0"], "what has not ended");
  }),

  conformanceCase("a task that was retried by hand is not forgotten", async (harness) => {
    const store = await openLoaded(harness);
    const [first, second] = [sampleTask(1), sampleTask(2)];
    await store.write([accepted(first), accepted(second)]);
    await store.write([updated(first.id, endedStatus("failed", 1)), updated(second.id, endedStatus("failed", 2))]);
    await store.write([updated(first.id, newStatus)]);
    expectEqual(await store.prune(at(10), 0), ["task-2"], "what was forgotten");
    await store.write([updated(first.id, endedStatus("done", 3))]);
    expectEqual(await store.prune(at(3), 1), [], "what was forgotten before its second end");
    expectEqual(await store.prune(at(3.5), 1), ["task-1"], "what was forgotten after its second end");
  }),

  conformanceCase("the id of a forgotten task can be accepted again, as the newest", async (harness) => {
    const store = await openLoaded(harness);
    await store.write([accepted(sampleTask(1, { status: endedStatus("done", 1) })), accepted(sampleTask(2))]);
    await store.prune(at(2), NO_LIMIT);
    await store.write([accepted(sampleTask(1))]);
    expectEqual(await everything(store), [sampleTask(1), sampleTask(2)], "the tasks");
  }),

  conformanceCase("many are forgotten while others are written", async (harness) => {
    const store = await openLoaded(harness);
    const ended = sampleTasks(0, 3_000).map((task, index) => ({ ...task, status: endedStatus("done", index) }));
    await store.write(ended.map(accepted));
    const pruning = store.prune(at(2_500), NO_LIMIT);
    const kept = sampleTasks(5_000, 5_050);
    for (const task of kept) await store.write([accepted(task)]);
    expectEqual(await pruning, idsOf(ended).slice(0, 2_500), "what was forgotten");
    const left = [...idsOf(ended).slice(2_500), ...idsOf(kept)].reverse();
    expectEqual(idsOf(await everything(store)), left, "what is left");
    const [some, others] = await Promise.all([store.prune(at(2_600), NO_LIMIT), store.prune(at(0), 100)]);
    expectEqual([some.length, others.length], [100, 300], "how many are forgotten by two who ask at once");
  }),
];
