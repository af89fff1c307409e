import type { Prng } from "@mutirao/primitives";
import type { Counters } from "../counters.ts";
import { createFarmWorld } from "../farm/create-world.ts";
import type { FarmGameCreation } from "../farm/play.ts";
import type { DurableChange, FarmWorld } from "../farm/world.ts";
import type { Way } from "../faults/network-faults.ts";
import { createLoanBooks } from "./oracle/loan-books.ts";
import type { LendingPlan } from "./plan.ts";
import type { LendingWorld } from "./world.ts";

/** A world of lenders in which nobody lives yet. */
export function createLendingWorld(
  plan: LendingPlan,
  counters: Counters,
  prng: Prng,
  onDurable: (change: DurableChange) => void,
): FarmGameCreation<LendingWorld> {
  const creation = createFarmWorld(plan, counters, prng, onDurable, drawWay);
  const loans = createLoanBooks();
  const world: LendingWorld = Object.assign(creation.world, { plan, loans, travelled: loans.travelled });
  return { world, endFaults: () => creation.endFaults() };
}

/** A way between two masters, or between a worker and its home or any other master that it may be sent to. */
function drawWay({ masters, workers }: FarmWorld, prng: Prng): Way | undefined {
  const any = <T>(from: readonly T[]): T | undefined => from[prng.integer(0, from.length - 1)];
  const master = any(masters);
  const other = prng.chance(0.4) ? any(masters) : any(workers);
  if (master === undefined || other === undefined || master.machine === other.machine) return undefined;
  const way = { from: master.machine, to: other.machine };
  return prng.chance(0.5) ? way : { from: way.to, to: way.from };
}
