import type { ProcessExit } from "../spawn-child.ts";

const MIB = 1_024 * 1_024;

/** Why a handler's process ended, as far as it shows. */
export function describeExit({ code, signal, error }: ProcessExit, memoryBytes: number | undefined): string {
  if (error !== undefined) return `it could not be started: ${error}`;
  if (memoryBytes !== undefined) {
    return `it took ${Math.round(memoryBytes / MIB)} MiB of memory, more than it may: see --memory`;
  }
  // How V8 ends a process whose heap is full; some platforms show it as an exit code.
  if (signal === "SIGABRT" || code === 134) return "it ran out of memory, or called abort: see --memory";
  return signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
}
