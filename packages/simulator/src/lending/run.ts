import { farmFaults } from "../farm/faults/table.ts";
import { playGame } from "../farm/play.ts";
import type { RunOptions, RunResult } from "../run-result.ts";
import { checkers } from "./checkers/table.ts";
import { createLendingWorld } from "./create-world.ts";
import { describeLendingPlan } from "./describe-plan.ts";
import { drawLendingPlan } from "./draw.ts";
import { isLendingFault, lendingFaults } from "./faults/table.ts";
import { isLendingSettled } from "./settled.ts";
import { countLendingPlan, createLendingCounters, createLendingSeer } from "./sights.ts";

/** Runs one seed of the world of masters that lend each other workers. */
export function runLending(seed: string, options: RunOptions = {}): RunResult {
  const plan = drawLendingPlan(seed);
  const counters = createLendingCounters();
  countLendingPlan(plan, counters);
  return playGame(
    seed,
    {
      plan,
      description: describeLendingPlan(plan),
      counters,
      create: (known, prng, onDurable) => createLendingWorld(plan, known, prng, onDurable),
      createScribe: ({ loans }) => loans,
      checkers,
      createSeer: createLendingSeer,
      faults: [...plan.faults, ...plan.lendingFaults],
      beginFault: (name, arena, world) =>
        isLendingFault(name) ? lendingFaults[name].begin({ ...arena, world }) : farmFaults[name].begin(arena),
      start({ foreignMasters, movers }) {
        for (const someone of [...foreignMasters, ...movers]) someone.start();
      },
      calmDown({ foreignMasters }) {
        for (const foreign of foreignMasters) foreign.calmDown();
      },
      isSettled: isLendingSettled,
    },
    options,
  );
}
