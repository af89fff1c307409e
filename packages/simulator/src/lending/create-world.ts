import { type Endpoint, type Prng, sameEndpoint } from "@mutirao/primitives";
import type { Counters } from "../counters.ts";
import { createFarmWorld } from "../farm/create-world.ts";
import type { FarmGameCreation } from "../farm/play.ts";
import type { DurableChange, FarmWorld } from "../farm/world.ts";
import type { Way } from "../faults/network-faults.ts";
import type { Machine } from "../network/machine.ts";
import { createForeignMaster } from "./foreign/foreign-master.ts";
import { createMover } from "./foreign/mover.ts";
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
  const loans = createLoanBooks((at) => indexOf(plan, at));
  const theWorld = (): LendingWorld => world;
  const { machines } = creation.world;
  const machineOf = (index: number): Machine =>
    machines[index] ?? creation.world.network.addMachine([`10.9.8.${index}`]);
  const extras: Omit<LendingWorld, keyof FarmWorld> = {
    loans,
    travelled: loans.travelled,
    foreignMasters: plan.foreignMasters.map((foreign) =>
      createForeignMaster(theWorld, foreign, machineOf(foreign.machine), prng.fork(foreign.id)),
    ),
    movers: plan.movers.map((mover) => createMover(theWorld, mover, machineOf(mover.machine), prng.fork(mover.id))),
    forger: machineOf(plan.forger),
    forged: new Map(),
  };
  const world: LendingWorld = Object.assign(creation.world, { ...extras, plan });
  return { world, endFaults: () => creation.endFaults() };
}

function indexOf({ masters }: LendingPlan, at: Endpoint): number | undefined {
  const index = masters.findIndex(({ listensAt }) => sameEndpoint(listensAt, at));
  return index < 0 ? undefined : index;
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
