import { masterDefaults } from "@mutirao/node-core";
import { type DurationMs, durationMs, type Prng } from "@mutirao/primitives";
import { logUniform } from "../log-uniform.ts";

/**
 * How long a worker of ours stays with a master that never says who its guests are. With the default of 900 s a run is ten
 * times as long as others, and in nearly all of it nothing happens but the wait for the end: a few have it, and most less.
 */
export const drawForeignLease = (prng: Prng): DurationMs =>
  prng.chance(0.02) ? masterDefaults.foreignLeaseMs : durationMs(logUniform(prng, 5_000, 60_000));
