/** What a process has used up to a moment. */
export interface Usage {
  /** On a clock of the process itself. */
  readonly atMs: number;
  /** User and system time of all its threads, so that garbage collection beside the main thread counts too. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  /** JavaScript objects and what they hold outside the heap. */
  readonly heapBytes: number;
}

/** A process that cannot tell its memory can tell this. */
export type CpuReading = Pick<Usage, "atMs" | "cpuUs">;

/** @param settings `collect`: collect garbage first, where the process was started with `--expose-gc`. */
export function readUsage(settings?: { readonly collect?: boolean }): Usage {
  if (settings?.collect === true) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { atMs: performance.now(), cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed + external };
}

/** The share of one core that a process took between two readings; above 1 if several threads were busy. */
export const busyShare = (from: CpuReading, to: CpuReading): number =>
  (to.cpuUs - from.cpuUs) / 1_000 / (to.atMs - from.atMs);
