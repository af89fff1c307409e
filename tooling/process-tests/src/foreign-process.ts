import { spawnSync } from "node:child_process";
import type { Processes, RunningProcess } from "./processes.ts";
import { type LogRecord, parseRecord } from "./records.ts";

/**
 * The Python to run foreign peers with, or `undefined` on a machine without one: then suites with "(needs python3)" in
 * their title are skipped. The system's own comes first, as the first on PATH is often a version manager's shim, which
 * takes ten times as long to start.
 */
export const python = ["/usr/bin/python3", "python3", "python"].find((command) => {
  const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.startsWith("Python 3.");
});

/** A foreign program in a process of its own, with what it reports. */
export interface ForeignProcess extends RunningProcess {
  /** Everything that it reported so far under this name. */
  reports(event: string): readonly LogRecord[];
  /** Its first report of this name, printed `from` this index of stdout on, for which the predicate holds. */
  report(event: string, holds?: (report: LogRecord) => boolean, from?: number): Promise<LogRecord>;
  /** Its first reports of this name, so many of them. */
  firstReports(event: string, count: number): Promise<readonly LogRecord[]>;
  /** Resolves once it has reported this name so often again. */
  reportsPassed(event: string, count: number): Promise<void>;
}

/** A foreign program that listens. */
export interface ForeignPeer extends ForeignProcess {
  readonly host: string;
  readonly port: number;
  /** `host:port`, with brackets if it must have them. */
  readonly address: string;
}

/**
 * Runs a foreign program with exactly these arguments.
 *
 * @param name what failures call it.
 * @param file where its Python is; it finds the modules of this package's `python` folder beside its own.
 */
export function runForeign(processes: Processes, name: string, file: string, args: readonly string[]): ForeignProcess {
  if (python === undefined) throw new Error("this test needs Python: its suite must be skipped without it");
  return asForeign(processes.start(name, python, [file, ...args]));
}

/** Starts a foreign program that listens, on a free port unless the flags name one, and waits until it does. */
export async function startForeign(
  processes: Processes,
  name: string,
  file: string,
  flags: readonly string[],
): Promise<ForeignPeer> {
  const running = runForeign(processes, name, file, flags);
  const port = Number(await running.stdout.find("its port", (line) => /^listening (\d+)$/.exec(line)?.[1]));
  const hostAt = flags.indexOf("--host") + 1;
  const host = (hostAt > 0 ? flags[hostAt] : undefined) ?? "127.0.0.1";
  return { ...running, host, port, address: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}` };
}

function asForeign(running: RunningProcess): ForeignProcess {
  const { stdout } = running;
  const reportOf = (line: string, event: string): LogRecord | undefined => {
    const record = parseRecord(line);
    return record?.["event"] === event ? record : undefined;
  };
  const report: ForeignProcess["report"] = (event, holds = () => true, from) =>
    stdout.find(
      `a report of "${event}"`,
      (line) => {
        const record = reportOf(line, event);
        return record !== undefined && holds(record) ? record : undefined;
      },
      from,
    );
  const reports: ForeignProcess["reports"] = (event) =>
    stdout.lines.map((line) => reportOf(line, event)).filter((record) => record !== undefined);
  return {
    ...running,
    reports,
    report,
    async firstReports(event, count) {
      let left = count;
      await report(event, () => --left <= 0);
      return reports(event).slice(0, count);
    },
    async reportsPassed(event, count) {
      let left = count;
      await report(event, () => --left <= 0, stdout.lines.length);
    },
  };
}
