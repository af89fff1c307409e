import { createPrng } from "@mutirao/primitives";
import type { Counters } from "./counters.ts";
import type { Failure, RunResult } from "./run-result.ts";
import type { SimWorld, WorldName } from "./worlds.ts";

/** What many runs came to. */
export interface BatchResult {
  readonly world: WorldName;
  readonly seeds: number;
  readonly failures: readonly FailedSeed[];
  readonly counters: Counters;
  readonly steps: number;
  readonly simulatedMs: number;
}

export interface FailedSeed {
  readonly world: WorldName;
  readonly seed: string;
  readonly failure: Failure;
}

export interface BatchOptions {
  /** One in so many seeds is run twice, and must go the same way twice. */
  readonly replayEvery: number;
  /** Stops at the first failure. */
  readonly stopsAtFailure: boolean;
  /** The only checker that is to judge. */
  readonly only?: string | undefined;
  /** Told of each seed, in their order. */
  readonly onSeed?: (outcome: SeedOutcome) => void;
}

/** What one seed of a batch came to: plain data, as it may come from another thread. */
export interface SeedOutcome {
  readonly seed: string;
  readonly failure: Failure | undefined;
  readonly steps: number;
  readonly simulatedMs: number;
  readonly counts: readonly (readonly [string, number])[];
}

export const batchDefaults: BatchOptions = { replayEvery: 10, stopsAtFailure: false };

/**
 * Batches of at least this many seeds must have seen everything that is to be seen sometimes. The rarest of it shows in
 * one run in eighteen, so a sound batch of this size misses it once in 90,000.
 */
export const SEEDS_FOR_ALL_SIGHTS = 200;

export function runBatch(world: SimWorld, seeds: Iterable<string>, options: BatchOptions = batchDefaults): BatchResult {
  const tally = createTally(world, options);
  let index = 0;
  for (const seed of seeds) {
    tally.add(runInBatch(world, seed, index++, options));
    if (tally.isOver) break;
  }
  return tally.result();
}

/**
 * Runs one seed of a batch, twice if it is its turn.
 *
 * @param index its place in the batch.
 */
export function runInBatch(
  world: SimWorld,
  seed: string,
  index: number,
  { only, replayEvery }: Pick<BatchOptions, "only" | "replayEvery">,
): SeedOutcome {
  const isReplayed = only === "replay" || (only === undefined && index % replayEvery === 0);
  const first = world.run(seed, { only, isDigested: isReplayed });
  const failure = first.failure ?? (isReplayed ? replay(world, first) : undefined);
  const { steps, simulatedMs, counters } = first;
  return { seed, failure, steps, simulatedMs, counts: [...counters.entries()] };
}

/** Adds up what the seeds of a batch came to. They must be added in their order. */
export interface Tally {
  add(outcome: SeedOutcome): void;
  /** The first failure was the last that was wanted. */
  readonly isOver: boolean;
  result(): BatchResult;
}

export function createTally(world: SimWorld, { stopsAtFailure, onSeed }: BatchOptions): Tally {
  const counters = world.createCounters();
  const failures: FailedSeed[] = [];
  let [count, steps, simulatedMs] = [0, 0, 0];
  return {
    add(outcome) {
      const { seed, failure } = outcome;
      count++;
      steps += outcome.steps;
      simulatedMs += outcome.simulatedMs;
      counters.add(outcome.counts);
      if (failure !== undefined) failures.push({ world: world.name, seed, failure });
      onSeed?.(outcome);
    },
    get isOver() {
      return stopsAtFailure && failures.length > 0;
    },
    result: () => ({ world: world.name, seeds: count, failures, counters, steps, simulatedMs }),
  };
}

/**
 * Same seed, same trace: runs the seed again and compares the fingerprints of everything that happened. No checker judges
 * the second time, so this also shows that their looking changes nothing.
 */
export function replay(world: SimWorld, first: RunResult): Failure | undefined {
  const second = world.run(first.seed, { only: "replay" });
  if (first.fingerprint === second.fingerprint) return undefined;
  return {
    checker: "replay",
    problem: `two runs of one seed went different ways: ${first.fingerprint} (${first.steps} steps) and ${second.fingerprint} (${second.steps} steps)`,
    atMs: second.simulatedMs,
    lastEvents: [],
  };
}

/** The seeds from `first` on. */
export function* seedsFrom(first: number, count: number): Generator<string> {
  for (let index = 0; index < count; index++) yield String(first + index);
}

/** Seeds drawn from a text, such as the hash of a commit: every commit is tried with seeds of its own. */
export function* seedsDrawnFrom(text: string, count: number): Generator<string> {
  const prng = createPrng(text);
  for (let index = 0; index < count; index++) yield String(prng.integer(0, 0xffff_ffff));
}
