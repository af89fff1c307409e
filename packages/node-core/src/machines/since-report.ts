import { type DurationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import type { ReportFigures } from "@mutirao/protocol";

/** What is counted from one report to the next. */
export interface SinceReport {
  begin(now: InstantMs): void;
  /** A task was given to a worker, after it had waited for so long. */
  onBegun(waitMs: DurationMs): void;
  onServed(): void;
  /** What there was, and from now on is counted anew. */
  take(now: InstantMs): Pick<ReportFigures, "throughputPerS" | "waitP50Ms" | "waitP99Ms">;
}

/** Of more tasks in an interval the latest count. */
const WAITS_MAX = 1_000;

export function createSinceReport(): SinceReport {
  let served = 0;
  let since: InstantMs | undefined;
  let begun = 0;
  let waits: DurationMs[] = [];
  return {
    begin(now) {
      since = now;
    },
    onBegun(waitMs) {
      waits[begun++ % WAITS_MAX] = waitMs;
    },
    onServed() {
      served++;
    },
    take(now) {
      const overMs = since === undefined ? 0 : elapsed(since, now);
      const figures = { ...(overMs <= 0 ? {} : { throughputPerS: (1_000 * served) / overMs }), ...percentiles(waits) };
      since = now;
      served = 0;
      begun = 0;
      waits = [];
      return figures;
    },
  };
}

/** The wait that so many of a hundred tasks did not exceed; nothing is known where none was given out. */
function percentiles(waits: readonly DurationMs[]): Pick<ReportFigures, "waitP50Ms" | "waitP99Ms"> {
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (percent: number): DurationMs | undefined => sorted[Math.ceil((percent / 100) * sorted.length) - 1];
  const [waitP50Ms, waitP99Ms] = [at(50), at(99)];
  return waitP50Ms === undefined || waitP99Ms === undefined ? {} : { waitP50Ms, waitP99Ms };
}
