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
  readonly onResult?: (result: RunResult, failure: Failure | undefined) => void;
}

export const batchDefaults: BatchOptions = { replayEvery: 10, stopsAtFailure: false };

/**
 * Batches of at least this many seeds must have seen everything that is to be seen sometimes. The rarest of it shows in
 * one run in eighteen, so a sound batch of this size misses it once in 90,000.
 */
export const SEEDS_FOR_ALL_SIGHTS = 200;

export function runBatch(world: SimWorld, seeds: Iterable<string>, options: BatchOptions = batchDefaults): BatchResult {
  const counters = world.createCounters();
  const failures: FailedSeed[] = [];
  let [count, steps, simulatedMs] = [0, 0, 0];
  for (const seed of seeds) {
    const { only } = options;
    const result = world.run(seed, { only });
    const isReplayed = only === "replay" || (only === undefined && count % options.replayEvery === 0);
    const failure = result.failure ?? (isReplayed ? replay(world, result) : undefined);
    count++;
    steps += result.steps;
    simulatedMs += result.simulatedMs;
    counters.add(result.counters);
    options.onResult?.(result, failure);
    if (failure === undefined) continue;
    failures.push({ world: world.name, seed, failure });
    if (options.stopsAtFailure) break;
  }
  return { world: world.name, seeds: count, failures, counters, steps, simulatedMs };
}

/** Same seed, same trace: runs the seed again and compares the fingerprints of everything that happened. */
export function replay(world: SimWorld, first: RunResult): Failure | undefined {
  const second = world.run(first.seed);
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
