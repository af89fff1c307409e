import { type DurationMs, durationMs } from "@mutirao/primitives";
import { type LendingFigures, offeredLoad } from "./figures.ts";
import { lendingParameters, lingerMs, minHoldMs } from "./parameters.ts";

/** A guest with nothing to do. */
export interface IdleGuest {
  readonly idleMs: DurationMs;
  /** How long it has been here. */
  readonly heldMs: DurationMs;
  readonly slots: number;
}

const ROUNDING_MS = 1e-6;

/**
 * How long an idle guest should still stay before it is looked at again; 0: it goes home now.
 *
 * It lingers for a while, since the next task may be about to come and its way back and forth again is dearer. (A
 * watermark on the backlog instead moved up to 15 times as many workers.) And it is kept while the rate of arrivals says
 * that it will be needed: the load in erlang and half its spread.
 *
 * @param stayMs the least it must have been here: its own minimum for a guest from one of our masters, longer for
 *   others (`classLendingTimes.minStayMs`).
 */
export function guestStaysMs(
  figures: LendingFigures,
  { idleMs, heldMs, slots }: IdleGuest,
  stayMs: DurationMs = minHoldMs(figures),
): DurationMs {
  const leftMs = Math.max(lingerMs(figures) - idleMs, stayMs - heldMs);
  // A rest that only rounding left would be waited for in vain, again and again.
  if (leftMs > ROUNDING_MS) return durationMs(leftMs);
  const load = offeredLoad(figures);
  const kept = load + lendingParameters.rateBeta * Math.sqrt(load);
  return figures.present - slots < kept - lendingParameters.loadSlack ? lingerMs(figures) : durationMs(0);
}
