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
  // What came, each task counting the less the longer ago it was. The rate is taken from it when it is asked for: tasks
  // that came before anybody knew how long they take are then seen over the longer window as well.
  let recent = 0;
  let countedAt: InstantMs | undefined;
  const windowMs = (): number => Math.max(WINDOW_MS, WINDOW_SERVICES * serviceMs());
  const recentAt = (now: InstantMs): number =>
    countedAt === undefined ? 0 : recent * Math.exp(elapsed(now, countedAt) / windowMs());
  return {
    onArrivals(count, now) {
      recent = recentAt(now) + count;
      countedAt = now;
    },
    perMs: (now) => recentAt(now) / windowMs(),
  };
}
