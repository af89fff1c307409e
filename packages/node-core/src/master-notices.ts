import type { DurationMs, Endpoint, NodeId, TaskId } from "@mutirao/primitives";
import type { EndState, StoreErrorCode } from "@mutirao/task-store";
import type { CloseReason } from "@mutirao/transport";
import type { LendingNotice } from "./lending-notices.ts";
import type { LoadState, WorkerStyle } from "./master-views.ts";

/** A worker has come, or come back. */
export interface WorkerJoined {
  readonly kind: "worker-joined";
  readonly worker: string;
  readonly style: WorkerStyle;
  readonly remote: Endpoint;
  readonly slots: number;
}

/** A worker is gone: its connection for a moment, or it for good. */
export interface WorkerGone {
  readonly kind: "worker-gone";
  readonly worker: string;
  /** `connection`: it may come back within the grace; `away`: it did not; `silent`: it said nothing for too long. */
  readonly why: "connection" | "away" | "silent";
  /** Tasks that it had. */
  readonly running: number;
}

/** Somebody who presents himself as a worker is not taken in. */
export interface WorkerRefused {
  readonly kind: "worker-refused";
  readonly worker: NodeId;
  readonly remote: Endpoint;
  readonly why: string;
}

/** Two live processes present themselves as one worker. */
export interface WorkerIdShared {
  readonly kind: "worker-id-shared";
  readonly worker: NodeId;
  readonly at: readonly [Endpoint, Endpoint];
}

/** Of several live workers of one id, the one that had the id for its name is no more; the next is called by it. */
export interface WorkerRenamed {
  readonly kind: "worker-renamed";
  readonly worker: NodeId;
  readonly was: string;
}

/** An attempt at a task brought no result. */
export interface AttemptFailed {
  readonly kind: "attempt-failed";
  readonly task: TaskId;
  readonly attempt: number;
  readonly worker: NodeId;
  readonly code: string;
  readonly message: string;
}

/** A task has ended, and that is durable. */
export interface TaskRecorded {
  readonly kind: "task-recorded";
  readonly task: TaskId;
  readonly taskType: string;
  readonly state: EndState;
  readonly worker: NodeId | undefined;
}

/** A further result of a task was acknowledged and not counted. */
export interface ResultDuplicate {
  readonly kind: "result-duplicate";
  readonly task: TaskId;
  readonly worker: NodeId;
}

/** A result came that belongs to no task that its sender was given. It was acknowledged and not counted. */
export interface ResultUnexpected {
  readonly kind: "result-unexpected";
  readonly worker: string;
  readonly why: string;
}

/** The state of the load is another. */
export interface LoadChanged {
  readonly kind: "load-changed";
  readonly from: LoadState;
  readonly to: LoadState;
  readonly causes: readonly string[];
  readonly backlog: number;
  readonly workers: number;
  /** SATURATED is entered above the one, and left below the other. */
  readonly backlogHigh: number;
  readonly backlogLow: number;
  /** Only where the wait decides, too, and while there is somebody to wait for. */
  readonly waitMs?: DurationMs;
  readonly waitHighMs?: DurationMs;
  readonly waitLowMs?: DurationMs;
}

/** A write could not be kept. */
export interface StoreRefusedNotice {
  readonly kind: "store-refused";
  readonly code: StoreErrorCode;
}

/** A load report did not reach its supervisor. */
export interface ReportFailed {
  readonly kind: "report-failed";
  readonly monitor: Endpoint;
  readonly reason: CloseReason;
  /** How often that has happened. */
  readonly failures: number;
}

/** What an operator may want to know of a master, beyond what there is to know of every node. */
export type MasterNotice =
  | LendingNotice
  | WorkerJoined
  | WorkerGone
  | WorkerRefused
  | WorkerIdShared
  | WorkerRenamed
  | AttemptFailed
  | TaskRecorded
  | ResultDuplicate
  | ResultUnexpected
  | LoadChanged
  | StoreRefusedNotice
  | ReportFailed;
