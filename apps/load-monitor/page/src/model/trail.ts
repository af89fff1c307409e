import type { HistoryColumn, MasterHistory, MonitoredMaster } from "@mutirao/operator-api/monitor";

/** The columns that the page draws. */
export const trailColumns = [
  "backlog",
  "backlogHigh",
  "backlogLow",
  "estimatedWaitMs",
  "waitP50Ms",
  "waitP99Ms",
  "throughputPerS",
  "busySlots",
  "slots",
  "workersOwned",
  "workersLent",
  "workersBorrowed",
  "workersIdle",
] as const satisfies readonly HistoryColumn[];

export type TrailColumn = (typeof trailColumns)[number];

/** A master at one moment. */
export interface Sample {
  /** Epoch seconds. */
  readonly at: number;
  /** In the order of `trailColumns`. */
  readonly values: readonly (number | null)[];
}

/** How a master was of late, the latest last. */
export type Trail = readonly Sample[];

/** Kept for every master, so that its row has its curve; what is older comes from the monitor's history. */
export const TRAIL_MAX = 120;

export function sampleOf(master: MonitoredMaster): Sample {
  const { workers } = master;
  const figures: Record<TrailColumn, number | null> = {
    backlog: master.backlog,
    backlogHigh: master.backlogHigh,
    backlogLow: master.backlogLow,
    estimatedWaitMs: master.estimatedWaitMs,
    waitP50Ms: master.waitP50Ms,
    waitP99Ms: master.waitP99Ms,
    throughputPerS: master.throughputPerS,
    busySlots: master.busySlots,
    slots: master.slots,
    workersOwned: workers.owned,
    workersLent: workers.lent,
    workersBorrowed: workers.borrowed,
    workersIdle: workers.idle,
  };
  return { at: Date.parse(master.heardAt) / 1_000, values: trailColumns.map((name) => figures[name]) };
}

/** A master also changes without having reported, as when it grows stale: that is no new sample. */
export function trailWith(trail: Trail | undefined, sample: Sample): Trail {
  const last = trail?.at(-1);
  if (trail === undefined || last === undefined) return [sample];
  return sample.at <= last.at ? trail : [...trail, sample].slice(-TRAIL_MAX);
}

/** Columns of one length, ready to be drawn: `at` first, then those that were asked for. */
export type Columns = readonly [at: readonly number[], ...values: readonly (readonly (number | null)[])[]];

/** A silence longer than so many steps is drawn as a gap. */
const GAP_STEPS = 3;

/**
 * The history as the monitor has it, up to where the page's own samples begin. A point of the history stands for a whole
 * step, so the one in which the samples begin is left out: it tells of them once more, and before they were.
 */
export function seriesOf(
  history: MasterHistory | undefined,
  trail: Trail,
  names: readonly TrailColumn[],
  intervalMs: number,
): Columns {
  const first = trail[0]?.at ?? Number.POSITIVE_INFINITY;
  const stepS = history?.stepS ?? 0;
  const past = (history?.at ?? []).filter((at) => at + stepS <= first);
  const indexes = names.map((name) => trailColumns.indexOf(name));
  const columns = names.map((name, n) => [
    ...(history?.[name].slice(0, past.length) ?? []),
    ...trail.map(({ values }) => values[indexes[n] ?? -1] ?? null),
  ]);
  const at = [...past, ...trail.map((sample) => sample.at)];
  return withGaps(at, columns, GAP_STEPS * Math.max(intervalMs / 1_000, stepS));
}

function withGaps(at: readonly number[], columns: readonly (readonly (number | null)[])[], gapS: number): Columns {
  const allAt: number[] = [];
  const all: (number | null)[][] = columns.map(() => []);
  for (const [n, moment] of at.entries()) {
    const before = at[n - 1];
    if (before !== undefined && moment - before > gapS) {
      allAt.push(before + gapS / GAP_STEPS);
      for (const column of all) column.push(null);
    }
    allAt.push(moment);
    for (const [c, column] of all.entries()) column.push(columns[c]?.[n] ?? null);
  }
  return [allAt, ...all];
}
