/** What the server takes at most at once, and how long. What a single request may ask for is in `apiLimits`. */
export interface HttpLimits {
  readonly connectionsMax: number;
  /** For the head of a request, and for the body of any but a batch. */
  readonly arrivalMs: number;
  /** A connection on which nothing moves. Longer than any wait for the end of a task. */
  readonly idleMs: number;
  readonly keepAliveMs: number;
  /** Clients of `/events`. */
  readonly eventClientsMax: number;
  /** Events that a client has not taken; above it, the client is dropped. */
  readonly eventClientMaxBytes: number;
  readonly heartbeatMs: number;
  /** Requests that wait for the end of a task. */
  readonly waitsMax: number;
  readonly batchesMax: number;
  /** Drafts of a batch that are handed to the master together. */
  readonly draftsPerSubmitMax: number;
  /** Submissions of one batch whose answers are awaited; above it, the batch is not read on. */
  readonly submitsInFlightMax: number;
  /** Answers of a batch that its client has not taken; above it, the batch is not read on. */
  readonly batchAnswersMaxBytes: number;
  /** How long requests under way may take to end when the server closes. */
  readonly closeGraceMs: number;
}

export const httpLimits: HttpLimits = {
  connectionsMax: 256,
  arrivalMs: 10_000,
  idleMs: 90_000,
  keepAliveMs: 30_000,
  eventClientsMax: 64,
  eventClientMaxBytes: 256 * 1_024,
  heartbeatMs: 15_000,
  waitsMax: 1_000,
  batchesMax: 16,
  draftsPerSubmitMax: 1_000,
  submitsInFlightMax: 8,
  // Many clients send a whole batch before they read the first answer. This holds the answers to 100,000 lines.
  batchAnswersMaxBytes: 8 * 1_024 * 1_024,
  closeGraceMs: 2_000,
};
