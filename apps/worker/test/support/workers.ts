import { fileURLToPath } from "node:url";
import type { Processes, RunningProcess } from "@mutirao/process-tests";

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Runs the command with exactly these arguments. */
export const runWorker = (processes: Processes, ...args: readonly string[]): RunningProcess =>
  processes.start("worker", process.execPath, [mainFile, ...args]);
