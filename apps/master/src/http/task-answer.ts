import type { Task, TaskSummary } from "@mutirao/operator-api";
import type { EpochMs } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import type { TaskDetails } from "../master-access.ts";

/** A task as lists show it. */
export function taskSummary(task: TaskDetails): TaskSummary {
  const { status, progress } = task;
  return {
    id: task.id,
    type: task.type,
    state: task.state,
    priority: task.priority,
    attempts: status.attempts,
    maxAttempts: task.maxAttempts,
    timeoutMs: task.timeoutMs,
    failures: status.failures,
    losses: status.losses,
    worker: status.worker ?? null,
    result: status.result === undefined ? null : JSON.parse(status.result),
    error: status.error ?? null,
    progress: progress === undefined ? null : { fraction: progress.fraction, note: progress.note ?? null },
    acceptedAt: formatIsoTime(task.acceptedAt),
    startedAt: timeOrNull(status.startedAt),
    endedAt: timeOrNull(status.endedAt),
    stories: status.stories.map(({ attempt, worker, code, message, at }) => ({
      attempt,
      worker,
      code,
      message,
      at: formatIsoTime(at),
    })),
  };
}

/** A task with everything. */
export const taskAnswer = (task: TaskDetails): Task => ({ ...taskSummary(task), payload: JSON.parse(task.payload) });

export const timeOrNull = (at: EpochMs | undefined): string | null => (at === undefined ? null : formatIsoTime(at));
