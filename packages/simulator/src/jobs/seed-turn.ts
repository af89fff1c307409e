import type { WorldName } from "../worlds.ts";

/** What a thread is told when it begins. */
export interface ThreadTask {
  readonly world: WorldName;
  /** A deliberate mistake, which each thread has to put into the core that it loads. */
  readonly mutant: string | undefined;
  readonly only: string | undefined;
  readonly replayEvery: number;
}

/** One seed for a thread to run. It answers with what the seed came to. */
export interface SeedTurn {
  readonly seed: string;
  /** Its place in the batch. */
  readonly index: number;
}
