/**
 * Counts of durations in buckets one per cent wide, from a tenth of a microsecond up. Recording costs a logarithm and
 * an addition, so that measuring a beat stays cheap beside the beat; the counts can cross a process boundary and be
 * added up.
 */
export interface Histogram {
  readonly counts: Float64Array;
  record(durationMs: number, times?: number): void;
  clear(): void;
}

const BUCKETS_PER_E_FOLD = 100;
const SMALLEST_MS = 0.0001;
/** Enough for 1,000 s. */
const BUCKETS = Math.ceil(Math.log(1_000_000 / SMALLEST_MS) * BUCKETS_PER_E_FOLD);

export function createHistogram(): Histogram {
  const counts = new Float64Array(BUCKETS);
  return {
    counts,
    record(durationMs, times = 1) {
      const bucket =
        durationMs <= SMALLEST_MS ? 0 : Math.floor(Math.log(durationMs / SMALLEST_MS) * BUCKETS_PER_E_FOLD);
      const index = Math.min(bucket, BUCKETS - 1);
      counts[index] = (counts[index] ?? 0) + times;
    },
    clear: () => void counts.fill(0),
  };
}

/** The duration below which the share of all records lies; `NaN` if there are none. */
export function quantileMs(counts: Float64Array, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return Number.NaN;
  let below = 0;
  const bucket = counts.findIndex((count) => {
    below += count;
    return below >= share * total;
  });
  return SMALLEST_MS * Math.exp((bucket + 0.5) / BUCKETS_PER_E_FOLD);
}

export function addCounts(all: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(BUCKETS);
  for (const counts of all) {
    for (const [index, count] of counts.entries()) sum[index] = (sum[index] ?? 0) + count;
  }
  return sum;
}
