import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type BatchOptions, type BatchResult, createTally, runBatch, type SeedOutcome, type Tally } from "../batch.ts";
import type { SimWorld } from "../worlds.ts";
import type { SeedTurn, ThreadTask } from "./seed-turn.ts";

/** How a batch is spread. */
export interface Jobs {
  /** On how many threads; one is the thread that asks. */
  readonly jobs: number;
  /** Is in the core here already if there is one, and is put into it in each thread. */
  readonly mutant?: string | undefined;
}

/**
 * Runs a batch on several threads. Each takes the next seed when it is done with its last, and what they come to is added
 * up in the order of the seeds: the result, and what is told on the way, is the same with any number of threads.
 *
 * @throws if a thread breaks: a run that fails is an outcome, this is a mistake of the simulator.
 */
export async function runBatchOnThreads(
  { jobs, mutant }: Jobs,
  world: SimWorld,
  seeds: Iterable<string>,
  options: BatchOptions,
): Promise<BatchResult> {
  if (jobs === 1) return runBatch(world, seeds, options);
  const task: ThreadTask = { world: world.name, mutant, only: options.only, replayEvery: options.replayEvery };
  const tally = createTally(world, options);
  const inOrder = createInOrder(tally);
  const turns = turnsOf(seeds);
  const threads = Array.from({ length: jobs }, () => new Worker(threadUrl, { workerData: task }));
  try {
    await Promise.all(threads.map((thread) => runTurns(thread, turns, tally, inOrder)));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return tally.result();
}

const threadUrl = new URL("./batch-thread.ts", import.meta.url);

function* turnsOf(seeds: Iterable<string>): Generator<SeedTurn> {
  let index = 0;
  for (const seed of seeds) yield { seed, index: index++ };
}

type TakeOutcome = (index: number, outcome: SeedOutcome) => void;

/** All threads take from the same turns. */
async function runTurns(thread: Worker, turns: Iterable<SeedTurn>, tally: Tally, take: TakeOutcome): Promise<void> {
  const ended = new AbortController();
  thread.once("exit", (code) => ended.abort(new Error(`the thread has ended with code ${code}`)));
  for (const turn of turns) {
    if (tally.isOver) return;
    thread.postMessage(turn);
    take(turn.index, await answerOf(thread, turn, ended.signal));
  }
}

async function answerOf(thread: Worker, { seed }: SeedTurn, signal: AbortSignal): Promise<SeedOutcome> {
  try {
    const [outcome] = (await once(thread, "message", { signal })) as [SeedOutcome];
    return outcome;
  } catch (error) {
    throw new Error(`the thread with seed ${seed} broke: ${reasonOf(error, signal)}`, { cause: error });
  }
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  const reason: unknown = signal.aborted ? signal.reason : error;
  return reason instanceof Error ? reason.message : String(reason);
}

/** Holds back what comes before its turn. */
function createInOrder(tally: Tally): TakeOutcome {
  const early = new Map<number, SeedOutcome>();
  let next = 0;
  return (index, outcome) => {
    early.set(index, outcome);
    for (let due = early.get(next); due !== undefined && !tally.isOver; due = early.get(next)) {
      early.delete(next++);
      tally.add(due);
    }
  };
}
