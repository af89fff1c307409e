import { type DurationMs, durationMs } from "@mutirao/primitives";

/** What it costs to move a worker (docs/lending-policy.md, `c = R + 3 L`), and what a message takes. */
export interface MoveCost {
  /** A worker that was sent came to register after so long. */
  onMoved(tookMs: DurationMs): void;
  /** A neighbour answered a message after so long. */
  onAnswered(roundTripMs: DurationMs): void;
  /** `R + 3 L`: the move itself, the ask, the grant or redirect, and the first task. */
  readonly moveMs: DurationMs;
  /** `L`: one way. */
  readonly latencyMs: DurationMs;
}

/** Before a worker has moved. */
const FIRST_MOVE_MS = 10;
/** Moves are few, so each counts for more than one task among thousands does. */
const WEIGHT = 0.2;
/** One worker that was stuck must not make lending shy for an hour: nothing counts for more than this. */
const SAMPLE_MAX_MS = 5_000;
const LATENCIES_PER_MOVE = 3;

export function createMoveCost(): MoveCost {
  let movedMs = FIRST_MOVE_MS;
  let latencyMs = 0;
  return {
    onMoved(tookMs) {
      movedMs = averaged(movedMs, tookMs);
    },
    onAnswered(roundTripMs) {
      latencyMs = averaged(latencyMs, roundTripMs / 2);
    },
    get moveMs() {
      return durationMs(movedMs + LATENCIES_PER_MOVE * latencyMs);
    },
    get latencyMs() {
      return durationMs(latencyMs);
    },
  };
}

const averaged = (knownMs: number, sampleMs: number): number =>
  knownMs + WEIGHT * (Math.min(Math.max(sampleMs, 0), SAMPLE_MAX_MS) - knownMs);
