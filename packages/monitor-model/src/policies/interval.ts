/** What the class sends by. */
const USUAL_MS = 10_000;
const LEAST_MS = 100;
const MOST_MS = 300_000;
const WEIGHT = 0.3;

const within = (ms: number): number => Math.min(MOST_MS, Math.max(LEAST_MS, ms));

/**
 * The time between the reports of a master: as it says, or learnt from how they come. It is bounded, so that nobody can
 * claim to be fresh for ever.
 *
 * @param told by the report, if it says so.
 * @param gapMs since the report before.
 */
export function intervalOf(told: number | undefined, knownMs: number | undefined, gapMs: number | undefined): number {
  if (told !== undefined && told > 0) return within(told);
  if (knownMs === undefined || gapMs === undefined) return USUAL_MS;
  return within(knownMs + WEIGHT * (gapMs - knownMs));
}
