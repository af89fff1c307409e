/** How a server is loaded, and what its answers must be. */
export interface Load {
  readonly port: number;
  /** `one-shot`: a connection per beat. `streams`: connections that stay open. */
  readonly style: "one-shot" | "streams";
  /** Connections at once. */
  readonly connections: number;
  /** Beats that each connection keeps waiting for their answers; 1 with `one-shot`. */
  readonly inFlight: number;
  /** `same`: the brief's bare request again and again. `distinct`: requests that each name another sender. */
  readonly lines: "same" | "distinct";
  /** `node`: a heartbeat's answer. `echo`: what was sent. */
  readonly answers: "node" | "echo";
}

/** What a generator saw within a measured window. */
export interface Measured {
  /** Beats that were answered. */
  readonly beats: number;
  /** Connections that broke or were refused before the answer. */
  readonly failures: number;
  readonly elapsedMs: number;
  /** Counts of a `Histogram`: from asking (with `one-shot`: from connecting) to the whole answer. */
  readonly latencies: Float64Array;
}
