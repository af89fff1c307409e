import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type LogRecord, parseRecord } from "./nodes.ts";
import type { Processes, RunningProcess } from "./processes.ts";

/**
 * The Python to run foreign peers with, or `undefined` on a machine without one: then suites with "(needs python3)" in
 * their title are skipped. The system's own comes first, as the first on PATH is often a version manager's shim, which
 * takes ten times as long to start.
 */
export const python = ["/usr/bin/python3", "python3", "python"].find((command) => {
  const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.startsWith("Python 3.");
});

type PeerName = "brief" | "class" | "legacy" | "rude";

/** A foreign peer in a process of its own. */
export interface ForeignPeer extends RunningProcess {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  /** Everything that it reported so far under this name. */
  reports(event: string): readonly LogRecord[];
  /** Its first report of this name, printed `from` this index of stdout on, for which the predicate holds. */
  report(event: string, holds?: (report: LogRecord) => boolean, from?: number): Promise<LogRecord>;
  /** Resolves once it has reported this name so often again. */
  reportsPassed(event: string, count: number): Promise<void>;
}

const peerFile = (name: PeerName): string => fileURLToPath(new URL(`../peers/${name}_peer.py`, import.meta.url));

/** Runs a foreign peer with exactly these arguments. */
export function runPeer(processes: Processes, name: PeerName, args: readonly string[]): RunningProcess {
  if (python === undefined) throw new Error("this test needs Python: its suite must be skipped without it");
  return processes.start(`${name} peer`, python, [peerFile(name), ...args]);
}

/** Starts a foreign peer on a free port (unless the flags name one) and waits until it listens. */
export async function startPeer(
  processes: Processes,
  name: PeerName,
  ...flags: readonly string[]
): Promise<ForeignPeer> {
  const running = runPeer(processes, name, flags);
  const port = await running.stdout.find("its port", (line) => /^listening (\d+)$/.exec(line)?.[1]);
  const hostAt = flags.indexOf("--host") + 1;
  return asPeer(running, (hostAt > 0 ? flags[hostAt] : undefined) ?? "127.0.0.1", Number(port));
}

function asPeer(running: RunningProcess, host: string, port: number): ForeignPeer {
  const { stdout } = running;
  const reportOf = (line: string, event: string): LogRecord | undefined => {
    const record = parseRecord(line);
    return record?.["event"] === event ? record : undefined;
  };
  const report: ForeignPeer["report"] = (event, holds = () => true, from) =>
    stdout.find(
      `a report of "${event}"`,
      (line) => {
        const record = reportOf(line, event);
        return record !== undefined && holds(record) ? record : undefined;
      },
      from,
    );
  return {
    ...running,
    host,
    port,
    address: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    reports: (event) => stdout.lines.map((line) => reportOf(line, event)).filter((record) => record !== undefined),
    report,
    async reportsPassed(event, count) {
      let left = count;
      await report(event, () => --left <= 0, stdout.lines.length);
    },
  };
}

/** The request that a peer reported, parsed. */
export function requestOf(report: LogRecord): unknown {
  return JSON.parse(String(report["line"]));
}
