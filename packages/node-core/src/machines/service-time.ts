import { type DurationMs, durationMs } from "@mutirao/primitives";

/** What a task takes, averaged over those that were done; the latest count most. */
export interface ServiceTime {
  onServed(serviceMs: DurationMs): void;
  /** `undefined` before the first task was done. */
  readonly measuredMs: DurationMs | undefined;
}

/** How much a new service time counts against those before it (docs/lending-policy.md, `s`). */
const WEIGHT = 0.05;

/** What a task is taken to take where nobody has done one yet. */
const UNKNOWN_MS = durationMs(100);

export function createServiceTime(): ServiceTime {
  let measuredMs: DurationMs | undefined;
  return {
    onServed(serviceMs) {
      measuredMs = measuredMs === undefined ? serviceMs : durationMs(measuredMs + WEIGHT * (serviceMs - measuredMs));
    },
    get measuredMs() {
      return measuredMs;
    },
  };
}

/**
 * What to take for the service time before anything was measured: what the neighbours say, since tasks of one system are
 * much alike; the median of it, since one of them may be odd.
 */
export function priorServiceMs(neighbours: readonly DurationMs[]): DurationMs {
  const sorted = neighbours.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? UNKNOWN_MS;
}
