import { type DurationMs, durationMs, type Prng } from "@mutirao/primitives";

/**
 * How long to wait before a peer that is TIMEOUT is probed again: the interval, doubled with every probe that fails,
 * up to a ceiling. It is never given up, since nobody but this probe would notice its return.
 *
 * The wait is drawn between half of that length and all of it ("equal jitter"), so that nodes which lost the same peer
 * at the same moment do not greet it together when it returns; but never below the interval, which is what a live
 * peer gets.
 *
 * @param failures how many probes failed in a row since the peer became TIMEOUT (from 0).
 */
export function backOffMs(
  failures: number,
  { intervalMs, backOffMaxMs }: { readonly intervalMs: DurationMs; readonly backOffMaxMs: DurationMs },
  prng: Prng,
): DurationMs {
  const ceilingMs = Math.max(intervalMs, backOffMaxMs);
  const lengthMs = Math.min(intervalMs * 2 ** (failures + 1), ceilingMs);
  return durationMs(Math.max(intervalMs, lengthMs * (0.5 + 0.5 * prng.next())));
}
