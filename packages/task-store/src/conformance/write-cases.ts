import { durationMs, jsonText, nodeId, taskId } from "@mutirao/primitives";
import type { AttemptStory, TaskStatus } from "../task-record.ts";
import type { TaskChange } from "../task-store.ts";
import {
  type ConformanceCase,
  conformanceCase,
  everything,
  expectEqual,
  expectRefused,
  idsOf,
  openLoaded,
} from "./conformance-case.ts";
import { accepted, at, endedStatus, newStatus, sampleTask, sampleTasks, updated } from "./samples.ts";

const stories: readonly AttemptStory[] = Array.from({ length: 10 }, (_, index) => ({
  attempt: index + 1,
  worker: nodeId(`worker "${index}"`),
  code: "ERR_WORKER_LOST",
  message: "it fell silent, \\ and \u2028 'said' nothing ".repeat(12),
  at: at(index),
}));

const fullStatus: TaskStatus = {
  state: "dead",
  attempts: 13,
  failures: 2,
  losses: 3,
  stories,
  worker: nodeId("w-\u00e9\u{1f69c}"),
  startedAt: at(1.25),
  endedAt: at(2.5),
  result: jsonText('{"a":"\\u0000","b":[1.50,12345678901234567890]}'),
  error: { code: "ERR_TASK_FAILED", message: "it 'killed' its workers; DROP TABLE tasks\u0000 after" },
};

/** What is written, and what a refused write leaves behind. */
export const writeCases: readonly ConformanceCase[] = [
  conformanceCase("a task comes back as it was accepted, field by field", async (harness) => {
    const store = await openLoaded(harness);
    const odd = sampleTask(0, {
      id: taskId("constructor"),
      type: "N\u00c3O-QUERY\u2028\u0000",
      payload: jsonText(`{"USER":"${"x".repeat(40_000)}"}`),
      priority: -100,
      timeoutMs: durationMs(0.5),
      maxAttempts: 1_000_000,
    });
    const others = ["__proto__", " ", "'", "\u{1f69c}".repeat(64), "a\u0000b", "a"].map((id, index) =>
      sampleTask(index + 1, { id: taskId(id) }),
    );
    const tasks = [odd, ...others];
    await store.write(tasks.map(accepted));
    for (const task of tasks) expectEqual(await store.get(task.id), task, `task ${JSON.stringify(task.id)}`);
    expectEqual(await everything(store), tasks.toReversed(), "all tasks");
    expectEqual(await store.get(taskId("toString")), undefined, "a task that there is not");
  }),

  conformanceCase("a status comes back as it was written, and replaces the whole one before it", async (harness) => {
    const store = await openLoaded(harness);
    const task = sampleTask(1);
    await store.write([accepted(task)]);
    const running = { ...newStatus, attempts: 1, worker: nodeId("w1"), startedAt: at(5) };
    for (const status of [running, fullStatus, newStatus, endedStatus("done", 9), endedStatus("failed", 10)]) {
      await store.write([updated(task.id, status)]);
      expectEqual(await store.get(task.id), { ...task, status }, `the task, ${status.state}`);
    }
    const ended = sampleTask(2, { status: fullStatus });
    await store.write([accepted(ended)]);
    expectEqual(await store.get(ended.id), ended, "a task that was accepted when it had ended already");
  }),

  conformanceCase("the changes of a write are made in their order", async (harness) => {
    const store = await openLoaded(harness);
    const task = sampleTask(1);
    const done = endedStatus("done", 7);
    await store.write([accepted(task), updated(task.id, { ...newStatus, attempts: 1 }), updated(task.id, done)]);
    expectEqual(await store.get(task.id), { ...task, status: done }, "the task");
  }),

  conformanceCase("a write keeps what the changes were when it was asked for", async (harness) => {
    const store = await openLoaded(harness);
    const changes: TaskChange[] = [accepted(sampleTask(1))];
    const writing = store.write(changes);
    changes.splice(0, 1, accepted(sampleTask(2)), accepted(sampleTask(3)));
    await writing;
    expectEqual(idsOf(await everything(store)), ["task-1"], "the tasks kept");
  }),

  conformanceCase("writes may overlap, and are resolved in their order", async (harness) => {
    const store = await openLoaded(harness);
    const tasks = sampleTasks(0, 300);
    const resolved: number[] = [];
    await Promise.all(
      tasks.map(async (task, index) => {
        // Some in the same turn, others in later ones, and some empty.
        for (let turn = 0; turn < index % 7; turn++) await Promise.resolve();
        const changes = index % 10 === 9 ? [] : [accepted(task), updated(task.id, { ...newStatus, attempts: 1 })];
        await store.write(changes);
        resolved.push(index);
      }),
    );
    const asked = tasks.map((_, index) => index).sort((a, b) => (a % 7) - (b % 7) || a - b);
    expectEqual(resolved, asked, "the order in which the writes were resolved");
    const kept = asked.filter((index) => index % 10 !== 9).map((index) => `task-${index}`);
    expectEqual(idsOf(await everything(store)), kept.reverse(), "the tasks kept");
  }),

  conformanceCase(
    "an update of a task that was never accepted refuses the whole write, and no other",
    async (harness) => {
      const store = await openLoaded(harness);
      const before = store.write([accepted(sampleTask(1))]);
      const wrong = store.write([
        accepted(sampleTask(2)),
        updated(taskId("task-1"), endedStatus("done", 1)),
        updated(taskId("task-9"), endedStatus("done", 1)),
        accepted(sampleTask(3)),
      ]);
      const after = store.write([accepted(sampleTask(4))]);
      await Promise.all([before, expectRefused(wrong, "the update of a stranger"), after]);
      expectEqual(await everything(store), [sampleTask(4), sampleTask(1)], "the tasks kept");
      await store.write([accepted(sampleTask(2)), updated(taskId("task-2"), endedStatus("done", 1))]);
      expectEqual(idsOf(await everything(store)), ["task-2", "task-4", "task-1"], "the tasks kept in the end");
    },
  ),

  conformanceCase("accepting a task twice refuses the whole write, and no other", async (harness) => {
    const store = await openLoaded(harness);
    await store.write([accepted(sampleTask(1))]);
    const twice = store.write([accepted(sampleTask(2)), accepted(sampleTask(1))]);
    const atOnce = store.write([accepted(sampleTask(3)), accepted(sampleTask(3))]);
    const right = store.write([accepted(sampleTask(4))]);
    await Promise.all([
      expectRefused(twice, "a task that is accepted again"),
      expectRefused(atOnce, "a task that is accepted twice in a write"),
      right,
    ]);
    expectEqual(idsOf(await everything(store)), ["task-4", "task-1"], "the tasks kept");
  }),
];
