/** What a server takes at most at once, and how long. */
export interface ServerLimits {
  readonly connectionsMax: number;
  /** For the head of a request. */
  readonly arrivalMs: number;
  /** A connection on which nothing moves. Longer than any answer may be waited for. */
  readonly idleMs: number;
  readonly keepAliveMs: number;
  /** Clients of `/events`. */
  readonly eventClientsMax: number;
  /** Events that a client has not taken; above it, the client is dropped. */
  readonly eventClientMaxBytes: number;
  readonly heartbeatMs: number;
  /** How long requests under way may take to end when the server closes. */
  readonly closeGraceMs: number;
}

export const serverLimits: ServerLimits = {
  connectionsMax: 256,
  arrivalMs: 10_000,
  idleMs: 90_000,
  keepAliveMs: 30_000,
  eventClientsMax: 64,
  eventClientMaxBytes: 256 * 1_024,
  heartbeatMs: 15_000,
  closeGraceMs: 2_000,
};
