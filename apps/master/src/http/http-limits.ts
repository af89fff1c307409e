import { type ServerLimits, serverLimits } from "@mutirao/http-server";

/**
 * What the server takes at most at once, and how long; `arrivalMs` is also for the body of any request but a batch. What
 * a single request may ask for is in `apiLimits`.
 */
export interface HttpLimits extends ServerLimits {
  /** Requests that wait for the end of a task. */
  readonly waitsMax: number;
  readonly batchesMax: number;
  /** Drafts of a batch that are handed to the master together. */
  readonly draftsPerSubmitMax: number;
  /** Submissions of one batch whose answers are awaited; above it, the batch is not read on. */
  readonly submitsInFlightMax: number;
  /** Answers of a batch that its client has not taken; above it, the batch is not read on. */
  readonly batchAnswersMaxBytes: number;
}

export const httpLimits: HttpLimits = {
  ...serverLimits,
  waitsMax: 1_000,
  batchesMax: 16,
  draftsPerSubmitMax: 1_000,
  submitsInFlightMax: 8,
  // Many clients send a whole batch before they read the first answer. This holds the answers to 100,000 lines.
  batchAnswersMaxBytes: 8 * 1_024 * 1_024,
};
