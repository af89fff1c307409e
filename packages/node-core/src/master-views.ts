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
  readonly style: WorkerStyle;
  readonly owner: NodeId;
  readonly isBorrowed: boolean;
  readonly slots: number;
  readonly types: readonly string[];
  readonly running: readonly TaskId[];
  readonly tasksDone: number;
  readonly at: Endpoint;
  readonly lastSeenAt: EpochMs;
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
