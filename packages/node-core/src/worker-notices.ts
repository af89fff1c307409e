import type { DurationMs, Endpoint, NodeId, TaskId } from "@mutirao/primitives";
import type { CloseReason } from "@mutirao/transport";

/** How a worker and its master talk: a session between ours, or one of the class's two ways. */
export type WorkerTalk = "session" | "pull" | "push";

/** Why a master counts as away although the network is sound; all other reasons are the transport's. */
export const masterErrors = {
  ERR_MASTER_SILENT: "The master said nothing for longer than it had promised; it may be stopped, or cut off.",
  ERR_MASTER_NO_ANSWER: "The master took the connection and did not answer; it may be overloaded, or no master at all.",
} as const;

/** The master has taken the worker in, or has answered it after a while of silence. */
export interface WorkerConnected {
  readonly kind: "worker-connected";
  readonly at: Endpoint;
  /** Who it is, if it says so. */
  readonly master: NodeId | undefined;
  readonly talk: WorkerTalk;
}

/** The master is away. The worker goes on with what it has, and tries for ever; only a new reason is told again. */
export interface WorkerDisconnected {
  readonly kind: "worker-disconnected";
  readonly at: Endpoint;
  readonly reason: CloseReason | { readonly code: keyof typeof masterErrors };
}

export interface TaskStarted {
  readonly kind: "task-started";
  readonly taskType: string;
  /** `undefined`: the class's words name no task. */
  readonly task: TaskId | undefined;
}

export interface TaskEnded {
  readonly kind: "task-ended";
  readonly taskType: string;
  readonly task: TaskId | undefined;
  /** Why it failed; `undefined` if it did not. */
  readonly code: string | undefined;
  readonly tookMs: DurationMs;
}

/** So many results wait for their acknowledgement that the worker takes no more tasks. */
export interface ResultsWaiting {
  readonly kind: "results-waiting";
  readonly results: number;
  readonly bytes: number;
}

/** A master of another team was told a result again and again, and never acknowledged it. */
export interface ResultGivenUp {
  readonly kind: "result-given-up";
  readonly at: Endpoint;
  readonly tries: number;
}

/** The master said something that this worker does not follow. */
export interface OrderIgnored {
  readonly kind: "order-ignored";
  readonly remote: Endpoint;
  readonly word: string;
}

/** The worker has nothing left to do. */
export interface WorkerLeft {
  readonly kind: "worker-left";
  /** Results that nobody has acknowledged. */
  readonly unacknowledged: number;
}

/** What an operator of a worker may want to know. */
export type WorkerNotice =
  | WorkerConnected
  | WorkerDisconnected
  | TaskStarted
  | TaskEnded
  | ResultsWaiting
  | ResultGivenUp
  | OrderIgnored
  | WorkerLeft;
