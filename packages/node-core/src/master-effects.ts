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
  ERR_MASTER_DRAINING:
    "The master is about to end and takes nothing new. Ask another one, or this one when it is back.",
  ERR_TASK_UNKNOWN: "There is no such task: it never was, or it ended so long ago that it is forgotten.",
  ERR_TASK_ENDED: "The task has ended already, so it cannot be cancelled.",
  ERR_TASK_NOT_ENDED: "The task has not ended, so it cannot be tried again.",
  ERR_TASK_DONE: "The task is done, so it cannot be tried again.",
} as const;

/** Why an operator's order about lending was not carried out, by stable code. */
export const orderErrors = {
  ERR_LENDING_OFF: "The master neither lends nor borrows: it was started with `--lending off` or `--lending observe`.",
  ERR_PEER_UNKNOWN: "There is no such peer. `GET /peers` lists them; name one by its id or as in `--peer`.",
  ERR_PEER_NOT_ALIVE: "The peer does not answer, so nothing can be arranged with it now.",
  ERR_PEER_BARRED: "The peer gets no workers of this master: it was started with `--no-lend-to`.",
  ERR_ASK_OPEN: "The peer has an ask of this master to answer still, or too much is being said to it.",
  ERR_LOAN_UNKNOWN: "There is no such loan, or it ended so long ago that it is forgotten.",
  ERR_LOAN_NOT_OUT: "The loan cannot be called back: it is over, on its way home, called back already, or not ours.",
  ERR_WORKER_NOT_IDLE: "The worker is none of the master's own, or not here, or has something to do.",
  ERR_NONE_IDLE: "No own worker is idle, so none can be lent.",
  ERR_LEND_LIMIT: "No more workers may be away: see `--lend-max` and `--lend-reserve`.",
  ERR_BORROW_LIMIT: "No more workers may be borrowed: see `--borrow-max`.",
} as const;

/** Why an attempt at a task brought no result, beyond what its handler says, by stable code. */
export const attemptErrors = {
  ERR_WORKER_LOST:
    "The worker was lost while it ran the task: its process ended, or it could not be reached for too long.",
  ERR_WORKER_SILENT: "The worker did not report within the time that the task may take.",
  ERR_WORKER_BUSY:
    "The worker had no room for the task, which goes back to the backlog and costs it nothing, unless that worker hands back all that it gets.",
  ERR_TASK_TYPE_UNKNOWN:
    "The worker does not know the type of the task, which goes back and costs it nothing, unless that worker hands back all that it gets.",
  ERR_TASK_ABORTED:
    "The worker had to leave before the task was done; it goes back and costs it nothing, unless that worker hands back all that it gets.",
  ERR_TASK_CANCELLED: "The task was cancelled, or another worker was quicker.",
} as const;

export type TaskErrorCode = keyof typeof taskErrors;
export type OrderErrorCode = keyof typeof orderErrors;

export interface Refusal {
  readonly code: TaskErrorCode | OrderErrorCode;
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
  | {
      readonly kind: "borrowing";
      /** Who was asked (by its configured address), and for how many. What comes of it is told by the loans. */
      readonly asks: readonly { readonly peer: string; readonly workers: number }[];
    }
  /** The loans that begin. */
  | { readonly kind: "lending"; readonly loans: readonly string[] }
  /** The loans that were called back. */
  | { readonly kind: "reclaiming"; readonly loans: readonly string[] }
  /** Whether nothing is left; if not, the time was over first. */
  | { readonly kind: "drained"; readonly isComplete: boolean }
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
