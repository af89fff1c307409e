/**
 * Loaded before a command of ours, as it is: lets the benchmark ask the process for its CPU time and its profile, and
 * ends it with the benchmark.
 */
import { isMainThread } from "node:worker_threads";
import { serveCalls } from "../../children/serve-calls.ts";
import { readTreeCpuUs } from "../cpu-time.ts";

// The threads of the process are started with the same flags.
if (isMainThread) {
  serveCalls({
    cpuUs: readTreeCpuUs,
    // Never answered: it fails with the process.
    live: () => new Promise(() => {}),
  });
}
