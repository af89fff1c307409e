import { fileURLToPath } from "node:url";
import type { Processes, RunningProcess } from "@mutirao/process-tests";

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/**
 * Runs the command with exactly these arguments.
 *
 * @param nodeFlags for the Node that it runs on.
 */
export const runMaster = (
  processes: Processes,
  args: readonly string[],
  nodeFlags: readonly string[] = [],
): RunningProcess => processes.start("master", process.execPath, [...nodeFlags, mainFile, ...args]);
