import { durationMs, type EpochMs, epochMs, jsonText, nodeId, type TaskId, taskId } from "@mutirao/primitives";
import type { LeaseRecord } from "../lease-record.ts";
import type { EndState, TaskRecord, TaskStatus } from "../task-record.ts";
import type { LeaseChange, TaskChange } from "../task-store.ts";

const FIRST_DAY = 1_795_000_000_000;

/** The time of day `ms` after an arbitrary one. */
export const at = (ms: number): EpochMs => epochMs(FIRST_DAY + ms);

/** Nothing has been tried yet. */
export const newStatus: TaskStatus = {
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

/** The status of a task that ended `ms` after the arbitrary time. */
export const endedStatus = (state: EndState, ms: number): TaskStatus => ({
  ...newStatus,
  state,
  attempts: 1,
  worker: nodeId("w1"),
  startedAt: at(ms - 10),
  endedAt: at(ms),
  ...(state === "done"
    ? { result: jsonText('{"SALDO":12.5}') }
    : { error: { code: "ERR_TASK_FAILED", message: "no such user" } }),
});

/** A task like any other, as it was accepted `ordinal` milliseconds after the arbitrary time. */
export const sampleTask = (ordinal: number, differences: Partial<TaskRecord> = {}): TaskRecord => ({
  id: taskId(`task-${ordinal}`),
  type: "QUERY",
  payload: jsonText(`{"USER":"user ${ordinal}"}`),
  priority: 0,
  timeoutMs: durationMs(60_000),
  maxAttempts: 3,
  acceptedAt: at(ordinal),
  status: newStatus,
  ...differences,
});

/** The sample tasks from one ordinal up to, and without, another. */
export const sampleTasks = (from: number, to: number): readonly TaskRecord[] =>
  Array.from({ length: to - from }, (_, index) => sampleTask(from + index));

export const accepted = (task: TaskRecord): TaskChange => ({ kind: "accepted", task });
export const updated = (id: TaskId, status: TaskStatus): TaskChange => ({ kind: "updated", id, status });

/** A lease like any other, to some peer, or `undefined` for a worker that is home, `ms` after the arbitrary time. */
export const sampleLease = (
  worker: string,
  epoch: number,
  peer: string | undefined,
  ms: number = epoch,
): LeaseRecord => ({
  worker: nodeId(worker),
  epoch,
  borrower:
    peer === undefined
      ? undefined
      : {
          peer: `${peer}:7400`,
          id: nodeId(peer),
          to: { host: "192.0.2.7", port: 7_400 },
          isForeign: false,
        },
  changedAt: at(ms),
});

export const leased = (lease: LeaseRecord): LeaseChange => ({ kind: "leased", lease });
