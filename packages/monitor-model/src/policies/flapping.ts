import { after, type DurationMs, elapsed, type InstantMs, seconds } from "@mutirao/primitives";

/**
 * A peer that comes and goes is worse than one that is gone: everybody keeps making plans with it. Twice down and up
 * within five minutes is no accident any more; after five quiet minutes it is forgiven.
 */
const CHANGES_MIN = 4;
const WINDOW_MS: DurationMs = seconds(300);

/** The latest changes of a peer's status, as one master sees it. */
export interface Changes {
  /** At most as many as count. */
  readonly at: readonly InstantMs[];
}

export const noChanges: Changes = { at: [] };

export const withChange = ({ at }: Changes, now: InstantMs): Changes => ({ at: [...at, now].slice(-CHANGES_MIN) });

export function isFlapping({ at }: Changes, now: InstantMs, wasFlapping: boolean): boolean {
  const [first, last] = [at[0], at.at(-1)];
  if (first === undefined || last === undefined || at.length < CHANGES_MIN) return false;
  if (wasFlapping) return now < after(last, WINDOW_MS);
  return elapsed(first, now) < WINDOW_MS;
}
