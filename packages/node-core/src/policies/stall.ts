import { type DurationMs, durationMs } from "@mutirao/primitives";

/**
 * How late a wake-up must be for the node to conclude that it was itself stalled.
 *
 * A peer is heard once per interval, so in normal times a verdict has `timeout - interval` to spare. A stall that eats
 * half of that may already turn a live peer's answer into silence, so the limit is that half; and never more than an
 * interval, a stall of which has swallowed a whole beat.
 */
export function stallLimitMs(intervalMs: DurationMs, timeoutMs: DurationMs): DurationMs {
  return durationMs(Math.min(intervalMs, (timeoutMs - intervalMs) / 2));
}
