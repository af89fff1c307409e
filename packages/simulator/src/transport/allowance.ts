import { elapsed, type InstantMs } from "@mutirao/primitives";

/** How many lines a sender may send now: a bucket that fills at a steady rate and holds a burst. */
export interface Allowance {
  tokens: number;
  at: InstantMs;
}

export interface AllowanceLimits {
  readonly linesPerSecondMax: number;
  readonly linesBurstMax: number;
}

/** Whoever waits for exactly one line must find it there, however the fractions were rounded. */
const ROUNDING = 1e-6;

/** Takes one line from the allowance. Gives 0 if there was one, else how many milliseconds until there is. */
export function takeLine(allowance: Allowance, limits: AllowanceLimits, now: InstantMs): number {
  const gained = (elapsed(allowance.at, now) / 1_000) * limits.linesPerSecondMax;
  allowance.tokens = Math.min(limits.linesBurstMax, allowance.tokens + gained);
  allowance.at = now;
  if (allowance.tokens >= 1 - ROUNDING) {
    allowance.tokens--;
    return 0;
  }
  return ((1 - allowance.tokens) / limits.linesPerSecondMax) * 1_000;
}
