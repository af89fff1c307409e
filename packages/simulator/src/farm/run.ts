import type { RunOptions, RunResult } from "../run-result.ts";
import { checkers } from "./checkers/table.ts";
import { createFarmWorld } from "./create-world.ts";
import { describeFarmPlan } from "./describe-plan.ts";
import { drawFarmPlan } from "./draw.ts";
import { farmFaults } from "./faults/table.ts";
import { playGame } from "./play.ts";
import { isFarmSettled } from "./settled.ts";
import { countFarmPlan, createFarmCounters, createFarmSeer } from "./sights.ts";

/** Runs one seed of the world of masters and workers, which nobody lends. */
export function runFarm(seed: string, options: RunOptions = {}): RunResult {
  const plan = drawFarmPlan(seed);
  const counters = createFarmCounters();
  countFarmPlan(plan, counters);
  return playGame(
    seed,
    {
      plan,
      description: describeFarmPlan(plan),
      counters,
      create: (known, prng, onDurable) => createFarmWorld(plan, known, prng, onDurable),
      checkers,
      createSeer: createFarmSeer,
      faults: plan.faults,
      beginFault: (name, arena) => farmFaults[name].begin(arena),
      isSettled: isFarmSettled,
    },
    options,
  );
}
