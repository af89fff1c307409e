import { elapsed, type InstantMs } from "@mutirao/primitives";

/** How many tasks come in, averaged over an exponential window: what came long ago counts less and less. */
export interface ArrivalRate {
  onArrivals(count: number, now: InstantMs): void;
  perMs(now: InstantMs): number;
}

/** The window, or so many service times if that is longer (docs/lending-policy.md, `lam`). */
const WINDOW_MS = 2_000;
const WINDOW_SERVICES = 10;

/** @param serviceMs what a task takes at the moment; 0 if that is not known. */
export function createArrivalRate(serviceMs: () => number): ArrivalRate {
  let rate = 0;
  let ratedAt: InstantMs | undefined;
  const windowMs = (): number => Math.max(WINDOW_MS, WINDOW_SERVICES * serviceMs());
  const perMs = (now: InstantMs): number =>
    ratedAt === undefined ? 0 : rate * Math.exp(elapsed(now, ratedAt) / windowMs());
  return {
    onArrivals(count, now) {
      rate = perMs(now) + count / windowMs();
      ratedAt = now;
    },
    perMs,
  };
}
