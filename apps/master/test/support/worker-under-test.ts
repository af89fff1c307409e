import { fileURLToPath } from "node:url";
import { type LogRecord, logged, type Processes, type RunningProcess } from "@mutirao/process-tests";

/** Of another package, and run as a program only: nothing of it is imported. */
const mainFile = fileURLToPath(new URL("../../../worker/src/main.ts", import.meta.url));

/** A worker of ours in a process of its own. */
export interface WorkerUnderTest extends RunningProcess {
  /** The first log line, from index `from` on, that carries these fields. */
  logged(fields: LogRecord, from?: number): Promise<LogRecord>;
}

/**
 * Starts a worker for this master, with the handlers of a file in `test/handlers`. It listens nowhere, so there is
 * nothing to wait for but its log.
 */
export function startWorker(
  processes: Processes,
  master: string,
  handlers: "counting" | "hazards",
  ...flags: readonly string[]
): WorkerUnderTest {
  return runWorkerCommand(processes, master, handlers, [], ...flags);
}

/** @param nodeFlags for the Node that it runs on. */
export function runWorkerCommand(
  processes: Processes,
  master: string,
  handlers: "counting" | "hazards",
  nodeFlags: readonly string[],
  ...flags: readonly string[]
): WorkerUnderTest {
  const file = fileURLToPath(new URL(`../handlers/${handlers}.ts`, import.meta.url));
  const args = ["--master", master, "--host", master.slice(0, master.lastIndexOf(":")), "--handlers", file, ...flags];
  const running = processes.start("worker", process.execPath, [...nodeFlags, mainFile, ...args]);
  return {
    ...running,
    logged: (fields, from) => logged(running, fields, from),
  };
}
