import type { LendingWorld } from "../world.ts";
import { runFarms } from "./farms.ts";

const nothing = (): undefined => undefined;

/** NONE: every master for itself. */
export const noLending: LendingWorld = {
  name: "NONE",
  run: (trace, conditions, seed) =>
    runFarms(trace, conditions, seed, () => ({
      onTask: nothing,
      onServed: nothing,
      onBacklog: nothing,
      onCame: nothing,
      sendsTo: nothing,
      onIdle: nothing,
    })),
};
