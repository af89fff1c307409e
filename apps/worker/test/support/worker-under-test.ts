import { fileURLToPath } from "node:url";
import { type LogRecord, logged, type Processes, type RunningProcess } from "@mutirao/process-tests";

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** A worker of ours in a process of its own. */
export interface WorkerUnderTest extends RunningProcess {
  /** The first log line, from index `from` on, that carries these fields. */
  logged(fields: LogRecord, from?: number): Promise<LogRecord>;
}

/** Starts a worker called `ours`, unless the flags say otherwise. It listens nowhere, so there is nothing to wait for. */
export function startWorker(processes: Processes, master: string, ...flags: readonly string[]): WorkerUnderTest {
  const named = flags.includes("--id") ? flags : ["--id", "ours", ...flags];
  const running = processes.start("worker", process.execPath, [mainFile, "--master", master, ...named]);
  return {
    ...running,
    logged: (fields, from) => logged(running, fields, from),
  };
}
