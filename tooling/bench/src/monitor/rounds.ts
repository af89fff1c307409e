import { setTimeout as sleep } from "node:timers/promises";
import { type ClusterSize, startCluster } from "./cluster.ts";
import { startMonitor } from "./monitor-process.ts";

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
  await using monitor = await startMonitor();
  const { port, http } = monitor;
  using cluster = startCluster(port, size);
  const leaving = new AbortController();
  const client = { bytes: 0 };
  void readEvents(http, client, leaving.signal);
  try {
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
    leaving.abort();
  }
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
