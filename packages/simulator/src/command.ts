import type { SimArguments } from "./arguments.ts";
import {
  type BatchOptions,
  type BatchResult,
  batchDefaults,
  replay,
  SEEDS_FOR_ALL_SIGHTS,
  seedsDrawnFrom,
  seedsFrom,
} from "./batch.ts";
import { type CheckerName, checkerNames } from "./checker-names.ts";
import { describeBatch, describeCounters, describeFailedSeed } from "./report.ts";
import { judgesIn, type SimWorld, worlds } from "./worlds.ts";

/**
 * What the command may do to the world outside: print, complain about its arguments, look how long it took, and run a
 * batch on as many threads as were asked for.
 */
export interface Terminal {
  write(text: string): void;
  /** Prints one line and gives the exit code for wrong arguments. */
  complain(problem: string): number;
  nowMs(): number;
  runBatch(world: SimWorld, seeds: Iterable<string>, options: BatchOptions): Promise<BatchResult>;
}

/** Gives the exit code. */
export async function simulate(args: SimArguments, terminal: Terminal): Promise<number> {
  const only = checkerNames.find((name) => name === args.checker);
  if (args.checker !== undefined && only === undefined) {
    return terminal.complain(`there is no checker ${args.checker}: there are ${checkerNames.join(", ")}`);
  }
  const wanted = Object.values(worlds).filter(({ name }) => args.world === undefined || args.world === name);
  const judged = wanted.filter((world) => judgesIn(world, only));
  if (judged.length === 0) {
    return terminal.complain(`the checker ${args.checker} does not judge in the world ${args.world}`);
  }
  let worst = 0;
  for (const world of judged) {
    const { seed } = args;
    const run = seed === undefined ? runMany(world, args, only, terminal) : runOne(world, seed, args, only, terminal);
    worst = Math.max(worst, await run);
  }
  return worst;
}

function runOne(
  world: SimWorld,
  seed: string,
  args: SimArguments,
  only: CheckerName | undefined,
  { write }: Terminal,
): number {
  const first = world.run(seed, args.trace ? { only, print: write } : { only });
  write(`${world.name} seed ${seed}: ${first.plan}`);
  const failure = first.failure ?? replay(world, first);
  if (failure === undefined) {
    write(
      `nothing was found in ${(first.simulatedMs / 1_000).toFixed(0)} s and ${first.steps} steps, ${first.fingerprint}`,
    );
    return 0;
  }
  write(describeFailedSeed({ world: world.name, seed, failure }, flagsOf(args)));
  return 1;
}

const PROGRESS_EVERY = 50;

async function runMany(
  world: SimWorld,
  args: SimArguments,
  only: CheckerName | undefined,
  { write, nowMs, runBatch }: Terminal,
): Promise<number> {
  const startedAt = nowMs();
  const seeds = args.commit === undefined ? seedsFrom(args.first, args.seeds) : seedsDrawnFrom(args.commit, args.seeds);
  let done = 0;
  const batch = await runBatch(world, seeds, {
    ...batchDefaults,
    only,
    // With a mutant the first seed that shows it is all there is to know.
    stopsAtFailure: args.mutant !== undefined,
    onSeed({ seed, failure }) {
      done++;
      if (failure !== undefined) write(describeFailedSeed({ world: world.name, seed, failure }, flagsOf(args)));
      if (done % PROGRESS_EVERY === 0) write(`${done} of ${args.seeds} seeds`);
    },
  });
  if (args.mutant !== undefined) return reportMutant(args.mutant, batch, write);
  write(describeCounters(batch.counters));
  write(describeBatch(batch, nowMs() - startedAt));
  const unseen = batch.seeds >= SEEDS_FOR_ALL_SIGHTS && only === undefined ? batch.counters.zeros() : [];
  if (unseen.length > 0) write(`never seen, though it must be seen sometimes: ${unseen.join(", ")}`);
  return batch.failures.length > 0 || unseen.length > 0 ? 1 : 0;
}

function reportMutant(mutant: string, { failures, seeds }: BatchResult, write: Terminal["write"]): number {
  const [caught] = failures;
  if (caught === undefined) write(`mutant ${mutant} survived ${seeds} seeds`);
  else write(`mutant ${mutant} caught by ${caught.failure.checker} after ${seeds} seeds`);
  return caught === undefined ? 0 : 1;
}

function flagsOf({ mutant, checker }: SimArguments): string {
  return `${mutant === undefined ? "" : ` --mutant ${mutant}`}${checker === undefined ? "" : ` --checker ${checker}`}`;
}
