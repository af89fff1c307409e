import type { NodeId } from "@mutirao/primitives";
import type { TaskView, WorkerView } from "../master-views.ts";
import type { LoanOut } from "./lending/loan-out.ts";
import type { Whereabouts } from "./lending/loan-views.ts";
import { type LiveTask, statusOf } from "./live-task.ts";
import type { WallClock } from "./wall-clock.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * A task as an operator sees it. One whose end is on its way to the store still counts as running, and nothing of the
 * end is shown: until it is durable it may not come to be, and whoever reads a result takes the task for done.
 */
export function taskViewOf(task: LiveTask): TaskView {
  const isRunning = task.phase === "running" || task.phase === "ending";
  const { worker, ...status } = statusOf(task);
  return {
    ...task.order,
    state: isRunning ? "running" : "pending",
    status: { ...status, ...NO_END, worker: task.attempt?.worker.id ?? worker },
    progress: task.progress,
  };
}

const NO_END = { state: "pending", endedAt: undefined, result: undefined, error: undefined } as const;

/** The word for each, for those who look from outside. */
export const statusWords = { alive: "ALIVE", away: "AWAY", lent: "LENT", gone: "TIMEOUT" } as const;

export function workerViewOf(
  worker: WorkerRecord,
  selfId: NodeId,
  clock: WallClock,
  { owner, at, isLent }: Whereabouts,
): WorkerView {
  const { name, status, style, slots, types, attempts, tasksDone, lastSeenAt } = worker;
  return {
    id: name,
    status: isLent ? statusWords.lent : statusWords[status],
    style,
    owner: owner ?? selfId,
    isBorrowed: owner !== undefined,
    slots,
    types: [...types],
    running: [...attempts.values()].map(({ task }) => task.order.id),
    tasksDone,
    at: at ?? worker.at,
    lastSeenAt: clock.at(lastSeenAt),
  };
}

/** A worker of ours that was lent before this process began: all that is known of it is in its lease. */
export const lentViewOf = ({ worker, slots, to }: LoanOut, selfId: NodeId): WorkerView => ({
  id: worker,
  status: statusWords.lent,
  style: undefined,
  owner: selfId,
  isBorrowed: false,
  slots,
  types: [],
  running: [],
  tasksDone: 0,
  at: to,
  lastSeenAt: undefined,
});
