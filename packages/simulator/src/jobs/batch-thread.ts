import { parentPort, workerData } from "node:worker_threads";
import { applyMutant } from "../mutation/apply-mutant.ts";
import type { SeedTurn, ThreadTask } from "./seed-turn.ts";

// Runs the seeds that it is given, one after the other. A mutant must be in place before the core is loaded, so nothing
// that reaches the core is imported above.
const task = workerData as ThreadTask;
const problem = task.mutant === undefined ? undefined : applyMutant(task.mutant);
if (problem !== undefined) throw new Error(problem);
const { runInBatch } = await import("../batch.ts");
const { worlds } = await import("../worlds.ts");

parentPort?.on("message", ({ seed, index }: SeedTurn) => {
  parentPort?.postMessage(runInBatch(worlds[task.world], seed, index, task));
});
