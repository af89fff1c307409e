import type { DurationMs, EpochMs, TaskId } from "@mutirao/primitives";
import type { EndState, StoreChange } from "@mutirao/task-store";
import type { Effect } from "./effects.ts";
import type { RequestId, WriteId } from "./master-events.ts";

/** Keep these changes. Ends in exactly one `store-committed` or `store-refused`; writes are performed in order. */
export interface Store {
  readonly type: "store";
  readonly write: WriteId;
  readonly changes: readonly StoreChange[];
}

/** Forget ended tasks, see `TaskStore.prune`. Ends in one `store-pruned`. */
export interface Prune {
  readonly type: "prune";
  readonly endedBefore: EpochMs;
  readonly finishedMax: number;
}

/** Why something that was asked of a master was refused, by stable code. */
export const taskErrors = {
  ERR_BACKLOG_FULL: "The backlog is at its limit. Try again later, or start more workers.",
  ERR_STORE_FULL_NOW: "The disk of the master is full, so nothing more is accepted for now.",
  ERR_STORE_DOWN: "The store of the master has failed, and nothing more is accepted.",
  ERR_TASK_UNKNOWN: "There is no such task: it never was, or it ended so long ago that it is forgotten.",
  ERR_TASK_ENDED: "The task has ended already, so it cannot be cancelled.",
  ERR_TASK_NOT_ENDED: "The task has not ended, so it cannot be tried again.",
  ERR_TASK_DONE: "The task is done, so it cannot be tried again.",
} as const;

/** Why an attempt at a task brought no result, beyond what its handler says, by stable code. */
export const attemptErrors = {
  ERR_WORKER_LOST:
    "The worker was lost while it ran the task: its process ended, or it could not be reached for too long.",
  ERR_WORKER_SILENT: "The worker did not report within the time that the task may take.",
  ERR_WORKER_BUSY: "The worker had no room for the task, which goes back to the backlog and costs it nothing.",
  ERR_TASK_TYPE_UNKNOWN: "The worker does not know the type of the task, which goes back and costs it nothing.",
  ERR_TASK_ABORTED: "The worker had to leave before the task was done; it goes back and costs it nothing.",
  ERR_TASK_CANCELLED: "The task was cancelled, or another worker was quicker.",
} as const;

export type TaskErrorCode = keyof typeof taskErrors;

export interface Refusal {
  readonly code: TaskErrorCode;
  /** When it may be worth asking again. */
  readonly retryAfterMs: DurationMs | undefined;
}

/** What became of one draft. */
export type DraftAnswer =
  | { readonly id: TaskId; readonly isAccepted: true /** It was handed in before. */; readonly isDuplicate: boolean }
  | { readonly id: TaskId; readonly isAccepted: false; readonly refusal: Refusal };

export type Answer =
  | { readonly kind: "submitted"; readonly drafts: readonly DraftAnswer[] }
  | { readonly kind: "cancelled"; readonly task: TaskId }
  | { readonly kind: "retried"; readonly task: TaskId }
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly state?: EndState | "pending" | "running" };

/** Answers a request of the host, exactly once. */
export interface AnswerRequest {
  readonly type: "answer";
  readonly request: RequestId;
  readonly answer: Answer;
}

/** What a master asks of its host beyond what every node does. */
export type MasterOwnEffect = Store | Prune | AnswerRequest;

export type MasterEffect = Effect | MasterOwnEffect;
