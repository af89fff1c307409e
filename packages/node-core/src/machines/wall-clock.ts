import { type EpochMs, epochMs, type InstantMs, instantMs } from "@mutirao/primitives";

/** Tells moments in the time of day, for records and reports. Nothing is decided by it. */
export interface WallClock {
  set(offsetMs: number): void;
  at(instant: InstantMs): EpochMs;
  /** The moment that a time of day stands for. */
  instantOf(time: EpochMs): InstantMs;
}

export function createWallClock(): WallClock {
  let offsetMs = 0;
  return {
    set(told) {
      offsetMs = told;
    },
    at: (instant) => epochMs(Math.round(instant + offsetMs)),
    instantOf: (time) => instantMs(time - offsetMs),
  };
}
