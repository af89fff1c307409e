import type { DurationMs, EpochMs, JsonText, NodeId, TaskId } from "@mutirao/primitives";

/**
 * The life of a task.
 *
 *   pending --given to a worker--> running --result recorded--> done
 *      ^                              |----failed too often----> failed
 *      +--------worker lost, NOK------+----killed its workers--> dead
 *   pending or running --cancelled--> cancelled
 *   failed, dead, cancelled --retried by hand--> pending
 *
 * `running` is not a state of the store: which worker has a task is known by the farm alone, and a master that comes
 * back asks its workers. A record may carry a mark that it was running for long, see {@link TaskStatus.worker}.
 */
export type StoredState = "pending" | "done" | "failed" | "cancelled" | "dead";

/** A state from which a task does not come back by itself. */
export type EndState = Exclude<StoredState, "pending">;

/** What was asked for. It never changes. */
export interface TaskOrder {
  readonly id: TaskId;
  readonly type: string;
  readonly payload: JsonText;
  /** Higher goes first; -100 to 100. */
  readonly priority: number;
  /** How long one attempt may take. */
  readonly timeoutMs: DurationMs;
  /** Attempts that may fail (NOK) before the task is `failed`. */
  readonly maxAttempts: number;
  readonly acceptedAt: EpochMs;
}

/** How one attempt ended that did not bring a result. */
export interface AttemptStory {
  readonly attempt: number;
  readonly worker: NodeId;
  /** A code of ours (`ERR_WORKER_LOST`, ...) or of the handler's. */
  readonly code: string;
  /** Safe to print, 512 characters at most. */
  readonly message: string;
  readonly at: EpochMs;
}

/** How far a task has come. */
export interface TaskStatus {
  readonly state: StoredState;
  /** Attempts begun. */
  readonly attempts: number;
  /** Attempts that failed in the worker's own words (NOK). */
  readonly failures: number;
  /** Attempts whose worker was lost under them. */
  readonly losses: number;
  /** The last attempts that brought no result, oldest first, 10 at most. */
  readonly stories: readonly AttemptStory[];
  /** Of an ended task, whose result counted; of a pending one, who has been running it for long. */
  readonly worker: NodeId | undefined;
  /** When the last attempt began. */
  readonly startedAt: EpochMs | undefined;
  readonly endedAt: EpochMs | undefined;
  readonly result: JsonText | undefined;
  /** Why it ended otherwise than `done`. */
  readonly error: TaskError | undefined;
}

export interface TaskError {
  readonly code: string;
  readonly message: string;
}

export interface TaskRecord extends TaskOrder {
  readonly status: TaskStatus;
}
