import { coreAlone, coreLending } from "./core/core-lending.ts";
import { idealEnds, privateIdealEnds } from "./ideal.ts";
import { type Measures, measure } from "./measures.ts";
import { classLending } from "./model/class-lending.ts";
import { workloads } from "./workloads.ts";

/** One trace, to be given to every world. */
export interface Round {
  /** By its name, as it has to go to another thread. */
  readonly workload: string;
  readonly masters: number;
  /** What it is drawn by. */
  readonly number: number;
  readonly isQuick: boolean;
}

/** What each world made of it, by its name. */
export type RoundFigures = ReadonlyMap<string, Measures>;

export function runRound({ workload: name, masters, number, isQuick }: Round): RoundFigures {
  const workload = workloads.find((one) => one.name === name);
  if (workload === undefined) throw new Error(`there is no workload ${name}`);
  const seed = `${name}/${masters}/${number}`;
  const trace = workload.draw({ masters, seed, isQuick });
  const [ideal, privateIdeal] = [idealEnds(trace), privateIdealEnds(trace)];
  const none = coreAlone.run(trace, workload.conditions, seed);
  const others = [classLending, coreLending].map(
    (world) => [world.name, world.run(trace, workload.conditions, seed)] as const,
  );
  const runs = [[coreAlone.name, none] as const, ...others];
  return new Map(runs.map(([world, run]) => [world, measure({ trace, run, none, ideal, privateIdeal })]));
}
