import { fileURLToPath } from "node:url";
import { type LogRecord, matching, type Processes, parseRecord, type RunningProcess } from "@mutirao/process-tests";

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Runs the command with exactly these arguments. */
export const runWorker = (processes: Processes, ...args: readonly string[]): RunningProcess =>
  processes.start("worker", process.execPath, [mainFile, ...args]);

/** The first log line that carries these fields. */
export const logged = (worker: RunningProcess, fields: LogRecord): Promise<LogRecord> =>
  worker.stderr.find(JSON.stringify(fields), (line) => matching(parseRecord(line), fields));
