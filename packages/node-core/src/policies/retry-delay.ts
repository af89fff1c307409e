import { type DurationMs, durationMs, type Prng } from "@mutirao/primitives";

/**
 * How long a task waits that its worker could not do, before it is tried again: what made it fail (a service that is
 * down, a file that is not there yet) often takes a while to pass, and longer the longer it has lasted. Doubled with
 * every failure, up to a ceiling, drawn between half of it and all, so that tasks that failed together do not come back
 * together.
 *
 * @param failures how often it has failed (from 1).
 */
export function retryDelayMs(
  failures: number,
  { retryMs, retryMaxMs }: { readonly retryMs: DurationMs; readonly retryMaxMs: DurationMs },
  prng: Prng,
): DurationMs {
  const lengthMs = Math.min(retryMs * 2 ** (failures - 1), Math.max(retryMs, retryMaxMs));
  return durationMs(lengthMs * (0.5 + 0.5 * prng.next()));
}
