import { type EpochMs, epochMs, type InstantMs, instantMs, laterOf } from "@mutirao/primitives";

/**
 * Tells moments in the time of day, for records and reports. The time of day can be set, by hours or by years, and
 * nothing is decided by it but what is too old to be kept, which `earliestSince` makes safe.
 */
export interface WallClock {
  /** @param offsetMs what to add to a moment to get the time of day, as it stands now. */
  set(offsetMs: number, now: InstantMs): void;
  at(instant: InstantMs): EpochMs;
  /** The moment that a time of day stands for. */
  instantOf(time: EpochMs): InstantMs;
  /**
   * Whatever has been given a time of day since this moment has been given this one or a later one, however often the
   * clock was set in between. What is older may have a later one, too.
   */
  earliestSince(instant: InstantMs): EpochMs;
}

/** A stretch of time in which the clock was not set, or by no more than `SLACK_MS`. */
interface Stretch {
  readonly from: InstantMs;
  readonly offsetMs: number;
}

/** A clock that is only kept right is moved by less, mostly; up to a second does no harm to whoever asks for a time of hours. */
const SLACK_MS = 1_000;
/** Of a clock that is set all the time the oldest stretches are taken for one. */
const STRETCHES_MAX = 100;

const EVER = instantMs(Number.NEGATIVE_INFINITY);

export function createWallClock(): WallClock {
  let offsetMs = 0;
  let stretches: readonly Stretch[] = [];
  return {
    set(told, now) {
      offsetMs = told;
      const last = stretches.at(-1);
      if (last !== undefined && Math.abs(told - last.offsetMs) <= SLACK_MS) return;
      stretches = shortened([...stretches, { from: last === undefined ? EVER : now, offsetMs }]);
    },
    at: (instant) => epochMs(Math.round(instant + offsetMs)),
    instantOf: (time) => instantMs(time - offsetMs),
    earliestSince(instant) {
      const times = (stretches.length > 0 ? stretches : [{ from: EVER, offsetMs }])
        .filter((_, index) => (stretches[index + 1]?.from ?? instant) >= instant)
        .map((stretch) => laterOf(stretch.from, instant) + stretch.offsetMs);
      return epochMs(Math.round(Math.min(...times)) - SLACK_MS);
    },
  };
}

/** The two oldest become one, in which the clock was never ahead of either. */
function shortened(stretches: readonly Stretch[]): readonly Stretch[] {
  const [first, second, ...others] = stretches;
  if (stretches.length <= STRETCHES_MAX || first === undefined || second === undefined) return stretches;
  return [{ from: first.from, offsetMs: Math.min(first.offsetMs, second.offsetMs) }, ...others];
}
