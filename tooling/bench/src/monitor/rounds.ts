import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ClusterSize, startCluster } from "./cluster.ts";

/** What a monitor used while a cluster reported. */
export interface MonitorUsage {
  /** Share of one core, its history's thread and its garbage collector included. */
  readonly cpuShare: number;
  readonly rssMb: number;
  readonly reportsPerS: number;
  /** What one client of /events was told. */
  readonly eventsKbPerS: number;
}

/** Starts a monitor with its history, lets a cluster report, and looks at it for a while. */
export async function measureMonitor(size: ClusterSize, overMs: number): Promise<MonitorUsage> {
  const folder = mkdtempSync(join(tmpdir(), "mutirao-bench-"));
  const flags = ["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data-dir", folder];
  const main = fileURLToPath(import.meta.resolve("load-monitor/main"));
  const child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const leaving = new AbortController();
  let cluster: ReturnType<typeof startCluster> | undefined;
  try {
    const [port, http] = await portsIn(child.stderr);
    cluster = startCluster(port, size);
    const client = { bytes: 0 };
    void readEvents(http, client, leaving.signal);
    // Everybody has reported, and everything is compiled.
    await sleep(1.5 * size.intervalMs);
    const before = await readFigures(http);
    const beganAt = performance.now();
    cluster.takeSent();
    client.bytes = 0;
    await sleep(overMs);
    const tookMs = performance.now() - beganAt;
    const [reports, bytes] = [cluster.takeSent(), client.bytes];
    const after = await readFigures(http);
    return {
      cpuShare: (1_000 * (after.cpuS - before.cpuS)) / tookMs,
      rssMb: after.rssBytes / 1_048_576,
      reportsPerS: (1_000 * reports) / tookMs,
      eventsKbPerS: bytes / 1_024 / (tookMs / 1_000),
    };
  } finally {
    cluster?.stop();
    leaving.abort();
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where it takes reports, and where it serves, as its log says. */
async function portsIn(stderr: NodeJS.ReadableStream): Promise<readonly [number, number]> {
  const ports = new Map<string, number>();
  for await (const line of createInterface({ input: stderr })) {
    const { event, port } = JSON.parse(line) as { readonly event: string; readonly port: number };
    ports.set(event, port);
    const [at, http] = [ports.get("listening"), ports.get("http-listening")];
    if (at !== undefined && http !== undefined) return [at, http];
  }
  throw new Error("the monitor ended before it served");
}

async function readFigures(http: number): Promise<{ readonly cpuS: number; readonly rssBytes: number }> {
  const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  return { cpuS: figure("process_cpu_seconds_total"), rssBytes: figure("process_resident_memory_bytes") };
}

async function readEvents(http: number, client: { bytes: number }, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`http://127.0.0.1:${http}/events`, { signal });
    for await (const chunk of response.body ?? []) client.bytes += chunk.length;
  } catch {
    // The measurement is over.
  }
}
