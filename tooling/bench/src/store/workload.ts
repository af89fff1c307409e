import { durationMs, epochMs, jsonText, nodeId, taskId } from "@mutirao/primitives";
import type { TaskRecord, TaskStatus } from "@mutirao/task-store";
import { createHistogram, type Histogram } from "../histogram.ts";
import type { TaskKeeper } from "./task-keeper.ts";

/** How many bytes a task has as a line of JSON. */
export const TASK_BYTES = 210;

const EPOCH_MS = 1_795_416_249_543;

const newStatus: TaskStatus = {
  state: "pending",
  attempts: 0,
  failures: 0,
  losses: 0,
  stories: [],
  worker: undefined,
  startedAt: undefined,
  endedAt: undefined,
  result: undefined,
  error: undefined,
};

/** A task of {@link TASK_BYTES}; its id has no order, as ids that users choose have none. */
export function makeTask(ordinal: number): TaskRecord {
  const scattered = Math.imul(ordinal, 0x9e37_79b1) >>> 0;
  return {
    id: taskId(`${scattered.toString(16).padStart(8, "0")}-${ordinal.toString(16).padStart(12, "0")}`),
    type: "QUERY",
    payload: PAYLOAD,
    priority: 0,
    timeoutMs: durationMs(60_000),
    maxAttempts: 3,
    acceptedAt: epochMs(EPOCH_MS + ordinal),
    status: newStatus,
  };
}

const PAYLOAD = jsonText(`{"USER":"${"x".repeat(62)}"}`);
const RESULT = jsonText('{"SALDO":12.5}');
const WORKER = nodeId("w1");

const makeEnd = (ordinal: number): TaskStatus => ({
  ...newStatus,
  state: "done",
  attempts: 1,
  worker: WORKER,
  startedAt: epochMs(EPOCH_MS + ordinal),
  endedAt: epochMs(EPOCH_MS + ordinal + 5),
  result: RESULT,
});

/** Groups that are kept one after the other, and what has come of it since the last look. */
export interface RunningLoad {
  /** Tasks that were accepted and ended, and how long each write of a group took. */
  take(): { readonly tasks: number; readonly latencies: Histogram };
  /** Resolves once a group was accepted and ended since the last `take`; rejects if that failed. */
  somethingDone(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/**
 * Two streams of groups, so that one is made and waits while the other becomes durable: each accepts a group, and then
 * ends it.
 */
export function startLoad(keeper: TaskKeeper, groupSize: number): RunningLoad {
  let latencies = createHistogram();
  let [made, tasks, isStopping] = [0, 0, false];
  let first = Promise.withResolvers<void>();

  const timed = async (write: Promise<void>, askedAtMs: number): Promise<void> => {
    await write;
    latencies.record(performance.now() - askedAtMs);
  };
  const stream = async (): Promise<void> => {
    while (!isStopping) {
      const ordinals = Array.from({ length: groupSize }, () => made++);
      const group = ordinals.map(makeTask);
      await timed(keeper.accept(group), performance.now());
      await timed(keeper.end(group.map(({ id }, index) => [id, makeEnd(ordinals[index] ?? 0)])), performance.now());
      tasks += groupSize;
      first.resolve();
    }
  };
  const second = async (): Promise<void> => {
    // Groups that are asked for in one turn would be one group.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    await stream();
  };
  const streams = Promise.all([stream(), second()]);

  return {
    take() {
      const taken = { tasks, latencies };
      [tasks, latencies] = [0, createHistogram()];
      first = Promise.withResolvers();
      return taken;
    },
    async somethingDone() {
      await Promise.race([first.promise, streams]);
    },
    async stop() {
      isStopping = true;
      await streams;
    },
  };
}
