import type { DurationMs, Endpoint, EpochMs, NodeId, TaskId } from "@mutirao/primitives";
import type { TaskOrder, TaskStatus } from "@mutirao/task-store";

/** A task that has not ended, as an operator sees it. */
export interface TaskView extends TaskOrder {
  readonly state: "pending" | "running";
  readonly status: TaskStatus;
  /** How far it has come, as its handler says. */
  readonly progress: { readonly fraction: number; readonly note: string | undefined } | undefined;
}

/**
 * How a worker talks. `session` is ours: one connection, several tasks at once. The others are the class's: a new
 * connection for each line (`pull`, or `pull-with-port` if it listens for orders), or one for life on the push port.
 */
export type WorkerStyle = "session" | "pull" | "pull-with-port" | "push";

/** A worker as an operator sees it. */
export interface WorkerView {
  /** Its id; `id#2` and so on if another live worker has the same. */
  readonly id: string;
  /**
   * ALIVE; AWAY: its connection is gone, and its tasks wait for its return; LENT: it is with another master; TIMEOUT: it
   * was silent for too long.
   */
  readonly status: "ALIVE" | "AWAY" | "LENT" | "TIMEOUT";
  /** `undefined` of one that was lent before this process began, and has not been here since. */
  readonly style: WorkerStyle | undefined;
  /** Of a borrowed one its owner's id, or what the worker says of it while that is not known. */
  readonly owner: NodeId;
  readonly isBorrowed: boolean;
  readonly slots: number;
  readonly types: readonly string[];
  readonly running: readonly TaskId[];
  readonly tasksDone: number;
  /** Where it is: of one that is lent, the master that it was sent to. */
  readonly at: Endpoint;
  /** `undefined`: not by this process. */
  readonly lastSeenAt: EpochMs | undefined;
}

/** How a loan stands; see the drawings in `machines/lending/loans-out.ts` and `guests.ts`. */
export type LoanState =
  /** Loans out. */
  | "flushing"
  | "offered"
  | "lent"
  | "returning"
  | "lost"
  | "home"
  /** Loans in. */
  | "held"
  | "releasing"
  | "left";

/** A loan as an operator sees it, open or past. */
export interface LoanView {
  /** `<worker>@<epoch>`; a foreign owner's worker has no epoch, and a counter of ours takes its place. */
  readonly id: string;
  readonly direction: "in" | "out";
  readonly worker: NodeId;
  /** Its id if it is known, else the configured address. */
  readonly owner: string;
  /** Its id if it is known, else the configured address. */
  readonly borrower: string;
  readonly state: LoanState;
  readonly startedAt: EpochMs;
  /** `undefined`: it is open. */
  readonly endedAt: EpochMs | undefined;
  /** How long the worker stays at most, unless its lease is renewed; `undefined` while there is none to renew. */
  readonly leaseLeftMs: DurationMs | undefined;
  /** Tasks that a borrowed worker has done here; what ours do elsewhere is not told to us. */
  readonly tasksDone: number | undefined;
  /** A borrowed worker was told often enough to go home, and is still here. */
  readonly isUnreturnable: boolean;
  /** Why it stands so, in words. */
  readonly reason: string;
}

export type LoadState = "NORMAL" | "SATURATED" | "STALLED";

/** One of the figures that the state of the load depends on, or that explains it. */
export interface LoadTerm {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Entered above `high`, left below `low`; a term without thresholds only informs. */
  readonly high: number | undefined;
  readonly low: number | undefined;
  readonly isTripped: boolean;
}

/** How loaded a master is, and why. */
export interface LoadView {
  readonly state: LoadState;
  /** The names of the terms that tripped. */
  readonly causes: readonly string[];
  readonly since: EpochMs;
  readonly backlog: number;
  readonly running: number;
  readonly workers: number;
  readonly idleWorkers: number;
  readonly slots: number;
  readonly busySlots: number;
  /** `backlog * mean service time / slots`; `undefined` while tasks wait and there is no worker. */
  readonly estimatedWaitMs: DurationMs | undefined;
  readonly oldestWaitMs: DurationMs;
  readonly arrivalsPerS: number;
  readonly serviceMs: DurationMs | undefined;
  readonly terms: readonly LoadTerm[];
}
