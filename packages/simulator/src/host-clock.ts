import { type InstantMs, instantMs } from "@mutirao/primitives";
import { type WorldMs, worldMs } from "./scheduler.ts";

/** The monotonic clock of one machine: it starts anywhere and runs a little too fast or too slow. */
export interface HostClock {
  /** How many of its milliseconds pass in one of the world's. */
  readonly rate: number;
  /** What the clock shows at a moment of the world. */
  read(at: WorldMs): InstantMs;
  /** The first moment of the world at which the clock shows at least `instant`. */
  worldAt(instant: InstantMs): WorldMs;
}

/** @param rate 1 for a perfect clock, 1.1 for one that gains 10 %. */
export function createHostClock(originMs: number, rate: number): HostClock {
  const read = (at: WorldMs): InstantMs => instantMs(originMs + at * rate);
  return {
    rate,
    read,
    worldAt(instant) {
      let at = (instant - originMs) / rate;
      // The division may round to just before the moment, and a host that wakes its core early for ever would hang.
      for (let step = 2 ** -20; read(worldMs(at)) < instant; step *= 2) at += step;
      return worldMs(at);
    },
  };
}
