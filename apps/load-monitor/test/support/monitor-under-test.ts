import { fileURLToPath } from "node:url";
import type { MonitorSnapshot } from "@mutirao/operator-api/monitor";
import { type LogRecord, logged, type Processes, type RunningProcess } from "@mutirao/process-tests";

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A monitor in a process of its own. */
export interface MonitorUnderTest extends RunningProcess {
  /** Where it takes reports; `undefined` while it plays a recording. */
  readonly at: { readonly host: string; readonly port: number };
  /** `host:port` of its API. */
  readonly http: string;
  snapshot(): Promise<MonitorSnapshot>;
  get(path: string): Promise<unknown>;
  logged(fields: LogRecord): Promise<LogRecord>;
}

/** Runs the command with exactly these arguments. */
export const runMonitor = (processes: Processes, ...args: readonly string[]): RunningProcess =>
  processes.start("load-monitor", process.execPath, [fileOf("load-monitor/src/main.ts"), ...args]);

/** Starts a monitor on free ports, until it serves. */
export async function startMonitor(processes: Processes, ...flags: readonly string[]): Promise<MonitorUnderTest> {
  const running = runMonitor(processes, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", ...flags);
  const isReplay = flags.includes("--replay");
  const { host, port } = isReplay ? { host: "", port: 0 } : await logged(running, { event: "listening" });
  const { host: httpHost, port: httpPort } = await logged(running, { event: "http-listening" });
  const http = `${String(httpHost)}:${String(httpPort)}`;
  const get = async (path: string): Promise<unknown> => (await fetch(`http://${http}${path}`)).json();
  return {
    ...running,
    ...{ at: { host: String(host), port: Number(port) }, http, get },
    logged: (fields) => logged(running, fields),
    snapshot: async () => (await get("/api/snapshot")) as MonitorSnapshot,
  };
}

/** Starts a master that reports to a monitor twice a second. */
export function startMaster(
  processes: Processes,
  monitor: MonitorUnderTest,
  ...flags: readonly string[]
): RunningProcess {
  const { host, port } = monitor.at;
  const report = ["--monitor", `${host}:${port}`, "--monitor-interval", "0.5"];
  const anyPort = flags.includes("--port") ? [] : ["--port", "0"];
  const args = [...anyPort, "--store", "memory", ...report, ...flags];
  return processes.start("master", process.execPath, [fileOf("master/src/main.ts"), ...args]);
}

/** Starts a worker of one slot, whose tasks of the type `count` take as long as they say. */
export function startWorker(processes: Processes, master: string, id: string): RunningProcess {
  const handlers = fileOf("master/test/handlers/counting.ts");
  const args = ["--master", master, "--id", id, "--handlers", handlers];
  return processes.start("worker", process.execPath, [fileOf("worker/src/main.ts"), ...args]);
}

/** Runs `node-cli` to its end. */
export async function runCli(processes: Processes, ...args: readonly string[]) {
  const running = processes.start("node-cli", process.execPath, [fileOf("node-cli/src/main.ts"), ...args]);
  const { code } = await running.exited;
  return { code, stdout: running.stdout.lines.join("\n"), stderr: running.stderr.lines };
}
