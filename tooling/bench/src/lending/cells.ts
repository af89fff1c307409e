import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Measures } from "./measures.ts";
import type { Round, RoundFigures } from "./rounds.ts";
import type { Workload } from "./workloads.ts";

/** One workload with so many masters: what each world made of the same traces, one per seed. */
export interface Cell {
  readonly workload: Workload;
  readonly masters: number;
  readonly figures: ReadonlyMap<string, readonly Measures[]>;
}

/** A cell that is to be measured, with so many seeds. */
export interface CellPlan {
  readonly workload: Workload;
  readonly masters: number;
  readonly seeds: number;
  readonly isQuick: boolean;
}

/**
 * Measures them all, the rounds spread over threads: time is virtual, so nobody disturbs anybody's figures.
 *
 * @param progress told of each round that is over.
 */
export async function runCells(plans: readonly CellPlan[], progress: (line: string) => void): Promise<readonly Cell[]> {
  const rounds = plans.flatMap((plan) => Array.from({ length: plan.seeds }, (_, index) => roundOf(plan, index + 1)));
  const figures = new Map<string, RoundFigures>();
  // The long ones first, or one thread would be left with them in the end.
  const waiting = rounds.toSorted((a, b) => b.masters - a.masters);
  const threads = Array.from({ length: Math.min(availableParallelism(), rounds.length) }, async () => {
    const thread = new Worker(new URL("./round-thread.ts", import.meta.url));
    try {
      for (let round = waiting.shift(); round !== undefined; round = waiting.shift()) {
        thread.postMessage(round);
        const [found] = (await once(thread, "message")) as [RoundFigures];
        figures.set(keyOf(round), found);
        progress(
          `${round.workload}: ${round.masters} masters, seed ${round.number} (${figures.size}/${rounds.length})`,
        );
      }
    } finally {
      await thread.terminate();
    }
  });
  await Promise.all(threads);
  return plans.map((plan) => cellOf(plan, figures));
}

const roundOf = ({ workload, masters, isQuick }: CellPlan, number: number): Round => ({
  workload: workload.name,
  masters,
  number,
  isQuick,
});

const keyOf = ({ workload, masters, number }: Round): string => `${workload}/${masters}/${number}`;

function cellOf(plan: CellPlan, known: ReadonlyMap<string, RoundFigures>): Cell {
  const figures = new Map<string, Measures[]>();
  for (let number = 1; number <= plan.seeds; number++) {
    for (const [world, measures] of known.get(keyOf(roundOf(plan, number))) ?? []) {
      figures.set(world, [...(figures.get(world) ?? []), measures]);
    }
  }
  return { workload: plan.workload, masters: plan.masters, figures };
}
