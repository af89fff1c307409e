/** A task of a trace: when and where it comes, and what it takes whoever does it. */
export interface TraceTask {
  readonly atMs: number;
  readonly master: number;
  readonly serviceMs: number;
  /** Its master has more to do at that time than its own workers can. */
  readonly isHot: boolean;
}

/** What happens to a cluster: the same for everybody who is measured on it. */
export interface Trace {
  readonly masters: number;
  /** Each master's own; each with one slot. */
  readonly workersEach: number;
  /** In the order of their coming. */
  readonly tasks: readonly TraceTask[];
}

/** What the network and the workers are like. */
export interface Conditions {
  /** A message's way, on average: drawn between half and one and a half of it. */
  readonly latencyMs: number;
  /** From the redirect's arrival at a worker to its registration elsewhere, on average; drawn likewise. */
  readonly moveMs: number;
  readonly heartbeatIntervalMs: number;
}

/** What came of a trace. */
export interface WorldRun {
  /** When each task of the trace was done, by its place in the trace. */
  readonly endedAtMs: Float64Array;
  /** Relocations of single workers until the last task was done; out and back are two. */
  readonly moves: number;
  /** Workers that were lent out at least once. */
  readonly workersLent: number;
  /** Messages between masters about lending, heartbeats not counted. */
  readonly messages: number;
  /** By task: 1 if a borrowed worker did it. */
  readonly isBorrowed: Uint8Array;
}

/**
 * Masters and workers that lend in some way, in virtual time. The workloads, the ideals and the report know nothing more
 * of them: a model and the production core are all the same to them.
 */
export interface LendingWorld {
  readonly name: string;
  /** @param seed what is drawn besides the trace: latencies, moves, choices. */
  run(trace: Trace, conditions: Conditions, seed: string): WorldRun;
}
