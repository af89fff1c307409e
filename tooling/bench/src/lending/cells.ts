import { setImmediate } from "node:timers/promises";
import { idealEnds, privateIdealEnds } from "./ideal.ts";
import { type Measures, measure } from "./measures.ts";
import type { Workload } from "./workloads.ts";
import type { LendingWorld } from "./world.ts";

/** One workload with so many masters: what each world made of the same traces, one per seed. */
export interface Cell {
  readonly workload: Workload;
  readonly masters: number;
  readonly figures: ReadonlyMap<string, readonly Measures[]>;
}

export interface CellSettings {
  readonly masters: number;
  readonly seeds: number;
  readonly isQuick: boolean;
  /** The first one is what the others are compared with: the world without lending. */
  readonly worlds: readonly [LendingWorld, ...LendingWorld[]];
}

export async function runCell(workload: Workload, { masters, seeds, isQuick, worlds }: CellSettings): Promise<Cell> {
  const figures = new Map<string, Measures[]>(worlds.map(({ name }) => [name, []]));
  for (let round = 1; round <= seeds; round++) {
    // So that an interrupt is heard between two runs.
    await setImmediate();
    const seed = `${workload.name}/${masters}/${round}`;
    const trace = workload.draw({ masters, seed, isQuick });
    const [ideal, privateIdeal] = [idealEnds(trace), privateIdealEnds(trace)];
    const [without] = worlds;
    const none = without.run(trace, workload.conditions, seed);
    for (const world of worlds) {
      const run = world === without ? none : world.run(trace, workload.conditions, seed);
      figures.get(world.name)?.push(measure({ trace, run, none, ideal, privateIdeal }));
    }
  }
  return { workload, masters, figures };
}
