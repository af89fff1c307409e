import { type DurationMs, durationMs, type Prng, seconds } from "@mutirao/primitives";

/**
 * The times kept towards masters that know the class's words only. They are long, for
 * nothing that such a master does can be relied on to be prompt.
 */
export const classLendingTimes = {
  /** How long a worker that was offered may take to appear, and one that was promised is waited for. */
  offerMs: seconds(30),
  /** Between two requests to one peer, at least; see {@link classCoolDownMs}. */
  coolDownMs: seconds(10),
  /** How long a borrowed worker stays at least. */
  minStayMs: seconds(30),
  /** How long a worker that came home stays there at least. */
  minHomeMs: seconds(30),
  /** A borrowed worker that says nothing for so long is given up. */
  silentWorkerMs: seconds(60),
  /** A foreign owner's worker is given back after that, needed or not. */
  heldMaxMs: seconds(900),
} as const;

/** How long to wait before the same peer is asked again: with jitter, so that masters which are short together do not ask together. */
export const classCoolDownMs = (prng: Prng): DurationMs =>
  durationMs(classLendingTimes.coolDownMs * (1 + 0.5 * prng.next()));

/** What to ask such a master for: one at least, since an ask for none is read as an ask for one by some and as nonsense by others. */
export const classNeeded = (needed: number): number => Math.max(1, Math.floor(needed));

/**
 * How many workers to offer such a master, which says neither how many it is short of nor how it fares.
 *
 * @param needed as it said; 1 if it said nothing.
 * @param spareWorkers what could be lent to anybody.
 */
export const classOffer = (needed: number, spareWorkers: number): number =>
  Math.max(0, Math.min(Math.floor(needed), Math.floor(spareWorkers)));
