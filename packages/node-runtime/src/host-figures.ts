import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, loadavg, totalmem, uptime } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { HostFigures } from "@mutirao/node-core";
import { durationMs } from "@mutirao/primitives";

/** Measures this process and this machine, again and again. */
export interface HostGauge {
  /** The figures since the last time. */
  measure(): HostFigures;
  stop(): void;
}

interface CpuTimes {
  readonly busyMs: number;
  readonly allMs: number;
}

const MEGABYTE = 1_048_576;
const GIGABYTE = 1_073_741_824;
/** The disk is asked now and then only: it may be slow to answer, and changes slowly. */
const DISK_EVERY = 10;

/** @param directory on the disk whose room is to be told. */
export function createHostGauge(directory: string): HostGauge {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  let lastTimes = cpuTimes();
  let lastUsage = process.cpuUsage();
  let lastAt = performance.now();
  let disk = { totalGb: 0, freeGb: 0 };
  let measured = 0;

  const lookAtDisk = async (): Promise<void> => {
    try {
      const { bsize, blocks, bavail } = await statfs(directory);
      disk = { totalGb: (bsize * blocks) / GIGABYTE, freeGb: (bsize * bavail) / GIGABYTE };
    } catch {
      // A disk that cannot be asked is no reason to fail: its last figures stand.
    }
  };

  return {
    measure() {
      if (measured++ % DISK_EVERY === 0) void lookAtDisk();
      const now = performance.now();
      const usage = process.cpuUsage(lastUsage);
      const times = cpuTimes();
      const processCpu = (usage.user + usage.system) / 1_000 / Math.max(1, now - lastAt);
      const lagMs = durationMs(Math.max(0, delays.percentile(99) / 1e6 - 10));
      const system = systemFigures(shareBusy(lastTimes, times), disk);
      delays.reset();
      lastTimes = times;
      lastUsage = process.cpuUsage();
      lastAt = now;
      return { system, lagMs, processCpu, rssMb: process.memoryUsage.rss() / MEGABYTE };
    },
    stop: () => void delays.disable(),
  };
}

function cpuTimes(): CpuTimes {
  let [busyMs, allMs] = [0, 0];
  for (const { times } of cpus()) {
    const { user, nice, sys, irq, idle } = times;
    busyMs += user + nice + sys + irq;
    allMs += user + nice + sys + irq + idle;
  }
  return { busyMs, allMs };
}

function shareBusy(before: CpuTimes, after: CpuTimes): number {
  const allMs = after.allMs - before.allMs;
  return allMs <= 0 ? 0 : Math.min(1, Math.max(0, (after.busyMs - before.busyMs) / allMs));
}

function systemFigures(busy: number, disk: { totalGb: number; freeGb: number }): HostFigures["system"] {
  const [load1 = 0, load5 = 0] = loadavg();
  const total = totalmem();
  // Without a limit of its own, a process is told one that no machine has.
  const available = Math.min(process.availableMemory(), total) || freemem();
  const logical = cpus().length || availableParallelism();
  return {
    uptimeS: Math.round(uptime()),
    loadAverage1m: load1,
    loadAverage5m: load5,
    cpuPercent: 100 * busy,
    cpusLogical: logical,
    cpusPhysical: logical,
    memoryTotalMb: total / MEGABYTE,
    memoryAvailableMb: available / MEGABYTE,
    memoryPercent: (100 * (total - available)) / total,
    memoryUsedMb: (total - available) / MEGABYTE,
    diskTotalGb: disk.totalGb,
    diskFreeGb: disk.freeGb,
    diskPercent: disk.totalGb === 0 ? 0 : (100 * (disk.totalGb - disk.freeGb)) / disk.totalGb,
  };
}
