import { fileURLToPath } from "node:url";
import type { Processes } from "@mutirao/process-tests";

/** Of another package, and run as a program only: nothing of it is imported. */
const mainFile = fileURLToPath(new URL("../../../node-cli/src/main.ts", import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

/** Runs `node-cli` with these arguments to its end. */
export async function runCli(processes: Processes, ...args: readonly string[]): Promise<CliResult> {
  const running = processes.start(`node-cli ${args[0]}`, process.execPath, [mainFile, ...args]);
  const { code } = await running.exited;
  return { code, stdout: running.stdout.lines.join("\n"), stderr: running.stderr.lines };
}
