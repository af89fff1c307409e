import { type DurationMs, durationMs, type InstantMs, instantMs } from "@mutirao/primitives";
import type { TransportLimits } from "@mutirao/transport";

/**
 * The rate at which one connection may send lines: a token bucket in its virtual-scheduling form (the generic cell
 * rate algorithm of ITU-T I.371). The state of a connection is one moment, until which its lines are "paid for": each
 * line moves it on by the interval, and it may be ahead of now by the burst. So nothing has to be refilled, and a
 * connection costs one number.
 */
export interface LineRate {
  /** What one line costs. */
  readonly intervalMs: DurationMs;
  /** How far ahead of now a connection may be. */
  readonly aheadMaxMs: DurationMs;
}

export function lineRateOf(limits: Pick<TransportLimits, "linesPerSecondMax" | "linesBurstMax">): LineRate {
  const intervalMs = 1_000 / limits.linesPerSecondMax;
  // Half an interval of slack keeps rounding from costing the last line of a burst.
  return { intervalMs: durationMs(intervalMs), aheadMaxMs: durationMs((limits.linesBurstMax - 0.5) * intervalMs) };
}

/** Whether one more line may be handled at `now` on a connection that is paid for until `paidUntil`. */
export const mayHandleLine = (rate: LineRate, paidUntil: InstantMs, now: InstantMs): boolean =>
  paidUntil - now <= rate.aheadMaxMs;

/** Until when the connection is paid for once it has had one more line handled. */
export const payLine = (rate: LineRate, paidUntil: InstantMs, now: InstantMs): InstantMs =>
  instantMs(Math.max(paidUntil, now) + rate.intervalMs);

/** When the next line may be handled. */
export const nextLineAt = (rate: LineRate, paidUntil: InstantMs): InstantMs => instantMs(paidUntil - rate.aheadMaxMs);
