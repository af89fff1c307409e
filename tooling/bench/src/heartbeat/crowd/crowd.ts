/** Whom a prober has to beat, and how often. */
export interface Crowd {
  readonly ports: readonly number[];
  readonly intervalMs: number;
}

/** What the peers in one process saw while they watched. */
export interface Watched {
  readonly beats: number;
  /** Open at the end. */
  readonly connections: number;
  /** Counts of a `Histogram`: the time between two beats of a connection, less the interval. */
  readonly lateness: Float64Array;
}
