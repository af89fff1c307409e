import { type DurationMs, durationMs } from "@mutirao/primitives";

/** A backlog and what there is to do it. */
export interface Queue {
  /** Tasks that wait (`q`). */
  readonly backlog: number;
  /** What a task takes (`s`). */
  readonly serviceMs: DurationMs;
  /** How many tasks can be done at a time (`k`). */
  readonly slots: number;
}

/**
 * The time that the last task in the backlog will have waited: `q * s / k`. Infinite if tasks wait and there is nobody.
 */
export function estimatedWaitMs({ backlog, serviceMs, slots }: Queue): DurationMs {
  // In this order, a task per slot is exactly one service time, and not a rounding error above the trigger.
  if (backlog <= 0) return durationMs(0);
  return durationMs(slots <= 0 ? Number.POSITIVE_INFINITY : (backlog / slots) * serviceMs);
}
