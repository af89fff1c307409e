/**
 * The simulator: the second host of the production cores. It runs whole swarms of them, with the real codec, on virtual
 * machines in virtual time, over a network that does what networks do, and worse; everything is drawn from one seed.
 * Checkers look at every step. First there are faults, then none, and then all must be well.
 *
 * It is a test, not a model: what it proves is proved of the code that ships. What it does not simulate (the real
 * transport, the real timers) is in docs/simulator.md.
 */
export {
  type BatchOptions,
  type BatchResult,
  batchDefaults,
  replay,
  runBatch,
  seedsDrawnFrom,
  seedsFrom,
} from "./batch.ts";
export { type CheckerName, checkerNames } from "./checker-names.ts";
export type { Failure, RunOptions, RunResult } from "./run-result.ts";
export { type SimWorld, type WorldName, worlds } from "./worlds.ts";
