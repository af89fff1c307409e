import { fileURLToPath } from "node:url";
import { logged, type Processes, type RunningProcess } from "@mutirao/process-tests";

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

const cliFile = fileOf("node-cli/src/main.ts");

/** A master in a process of its own, as far as verbs know it. */
export interface Farm {
  /** `host:port` of its HTTP API. */
  readonly http: string;
  readonly master: RunningProcess;
}

/** Starts a master that keeps its tasks in memory, with a worker for QUERY unless there is to be none. */
export async function startFarm(
  processes: Processes,
  { workers = 1, flags = [] }: { readonly workers?: number; readonly flags?: readonly string[] } = {},
): Promise<Farm> {
  const args = ["--port", "0", "--store", "memory", "--id", "master-a", ...flags];
  const master = processes.start("master", process.execPath, [fileOf("master/src/main.ts"), ...args]);
  const [node, http] = [await addressOf(master, "listening"), await addressOf(master, "http-listening")];
  for (let index = 1; index <= workers; index++) {
    const named = ["--id", `worker-${index}`, "--master", node, "--slots", "2"];
    const worker = processes.start("worker", process.execPath, [fileOf("worker/src/main.ts"), ...named]);
    await logged(worker, { event: "worker-connected" });
  }
  return { http, master };
}

/** Waits for the log entry of an event, and gives the address that it names. */
async function addressOf(running: RunningProcess, event: string): Promise<string> {
  const entry = await logged(running, { event });
  return `${String(entry["host"])}:${String(entry["port"])}`;
}

export interface VerbResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

/** Starts `node-cli` with these arguments. */
export const startVerb = (processes: Processes, ...args: readonly string[]): RunningProcess =>
  processes.start(`node-cli ${args[0]}`, process.execPath, [cliFile, ...args]);

/** Runs `node-cli` with these arguments to its end. */
export async function runVerb(processes: Processes, ...args: readonly string[]): Promise<VerbResult> {
  return resultOf(startVerb(processes, ...args));
}

/** Runs a line of a shell in which `$NODE_CLI` is the command. */
export function runShell(processes: Processes, line: string, ...args: readonly string[]): Promise<VerbResult> {
  const script = `NODE_CLI='${process.execPath} ${cliFile}'; ${line}`;
  return resultOf(processes.start("sh", "/bin/sh", ["-c", script, "sh", ...args]));
}

async function resultOf(running: RunningProcess): Promise<VerbResult> {
  const { code } = await running.exited;
  return { code, stdout: running.stdout.lines.join("\n"), stderr: running.stderr.lines };
}
