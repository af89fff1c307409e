import type { Counters } from "./counters.ts";
import { checkers as farmCheckers } from "./farm/checkers/table.ts";
import { runFarm } from "./farm/run.ts";
import { createFarmCounters } from "./farm/sights.ts";
import { checkers as lendingCheckers } from "./lending/checkers/table.ts";
import { runLending } from "./lending/run.ts";
import { createLendingCounters } from "./lending/sights.ts";
import { checkers as pulseCheckers } from "./pulse/checkers/table.ts";
import { createSightCounters } from "./pulse/sights.ts";
import { runSeed } from "./pulse/swarm/run.ts";
import type { RunOptions, RunResult } from "./run-result.ts";

/** A kind of world: who lives in it, and what must hold there. */
export interface SimWorld {
  readonly name: WorldName;
  readonly what: string;
  run(seed: string, options?: RunOptions): RunResult;
  createCounters(): Counters;
  /** Those that judge in it, the two that are in no table apart. */
  readonly checkers: readonly string[];
}

export type WorldName = "pulse" | "farm" | "lending";

export const worlds: Readonly<Record<WorldName, SimWorld>> = {
  pulse: {
    name: "pulse",
    what: "nodes that keep each other's pulse",
    run: runSeed,
    createCounters: createSightCounters,
    checkers: Object.keys(pulseCheckers),
  },
  farm: {
    name: "farm",
    what: "masters with their workers, tasks and disks",
    run: runFarm,
    createCounters: createFarmCounters,
    checkers: Object.keys(farmCheckers),
  },
  lending: {
    name: "lending",
    what: "masters that lend each other workers",
    run: runLending,
    createCounters: createLendingCounters,
    checkers: Object.keys(lendingCheckers),
  },
};

/** Whether a checker judges in a world at all. */
export const judgesIn = ({ checkers }: SimWorld, checker: string | undefined): boolean =>
  checker === undefined || checker === "assertions" || checker === "replay" || checkers.includes(checker);
