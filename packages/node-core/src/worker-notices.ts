import type { DurationMs, Endpoint, NodeId, TaskId } from "@mutirao/primitives";
import type { CloseReason } from "@mutirao/transport";

/** How a worker and its master talk: a session between ours, or one of the class's two ways. */
export type WorkerTalk = "session" | "pull" | "push";

/** Why a master counts as away although the network is sound; all other reasons are the transport's. */
export const masterErrors = {
  ERR_MASTER_SILENT: "The master said nothing for longer than it had promised; it may be stopped, or cut off.",
  ERR_MASTER_NO_ANSWER: "The master took the connection and did not answer; it may be overloaded, or no master at all.",
  ERR_MASTER_OTHER: "Another master answered than the one that the worker was sent to. The worker goes home.",
} as const;

/** Why a worker does not go where it is sent. */
export const redirectErrors = {
  ERR_REDIRECT_NOT_HOME: "Only its home sends a worker elsewhere; from a borrower it goes home and nowhere else.",
  ERR_REDIRECT_NO_LEASE: "A master of ours gives each lease a number. This order had none.",
  ERR_REDIRECT_STALE: "The worker has seen this lease, or a later one: the order is an old one.",
  ERR_REDIRECT_TARGET: "No borrower is to be found at such an address.",
  ERR_REDIRECT_LEAVING: "The worker is about to leave, and begins nothing new.",
} as const;
export type RedirectErrorCode = keyof typeof redirectErrors;

/**
 * Why a worker moves. `redirect`: its home sent it. All others take it home: `return`: the borrower, or whoever sits
 * there, sent it; `lease-over`: nobody renewed the lease; `unreachable`: the borrower could not be reached, or was lost;
 * `other-master`: another master answered in the borrower's place.
 */
export type MoveReason = "redirect" | "return" | "lease-over" | "unreachable" | "other-master";

/** The master has taken the worker in, or has answered it after a while of silence. */
export interface WorkerConnected {
  readonly kind: "worker-connected";
  readonly at: Endpoint;
  /** Who it is, if it says so. */
  readonly master: NodeId | undefined;
  readonly talk: WorkerTalk;
}

/** The master is away. The worker goes on with what it has, and tries again; only a new reason is told again. */
export interface WorkerDisconnected {
  readonly kind: "worker-disconnected";
  readonly at: Endpoint;
  /** It is the worker's home, which is tried for ever; a borrower is not. */
  readonly isHome: boolean;
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

/** The worker serves another master from now on. */
export interface WorkerMoved {
  readonly kind: "worker-moved";
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly why: MoveReason;
}

/** The worker was told to go elsewhere, and does not. */
export interface RedirectRefused {
  readonly kind: "redirect-refused";
  readonly remote: Endpoint;
  readonly to: Endpoint;
  readonly code: RedirectErrorCode;
  /** What is wrong with the address, if that is why: the end of the sentence "it is ...". */
  readonly detail: string | undefined;
}

/** The worker was told to go home, and is at home. */
export interface ReturnIgnored {
  readonly kind: "return-ignored";
  readonly remote: Endpoint;
}

/** Results for a master that the worker has not met again in time are given up. */
export interface ResultsForgotten {
  readonly kind: "results-forgotten";
  readonly at: Endpoint;
  readonly results: number;
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
  | WorkerMoved
  | RedirectRefused
  | ReturnIgnored
  | ResultsForgotten
  | WorkerLeft;
