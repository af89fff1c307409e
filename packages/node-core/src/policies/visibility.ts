import { type DurationMs, durationMs } from "@mutirao/primitives";

/**
 * How long a task stays with a worker that knows the class's words only, before it is given to another. Such a worker
 * gives no sign of life while it works, and nothing can be taken back from it; so the time is generous, and doubled with
 * every attempt at the task, in case the task just takes long.
 *
 * @param attempt which attempt at the task this is (from 1).
 */
export function visibilityMs(
  attempt: number,
  { visibilityMs: first, visibilityMaxMs }: { readonly visibilityMs: DurationMs; readonly visibilityMaxMs: DurationMs },
): DurationMs {
  return durationMs(Math.min(first * 2 ** Math.min(attempt - 1, 30), Math.max(first, visibilityMaxMs)));
}
