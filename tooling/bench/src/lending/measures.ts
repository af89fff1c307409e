import { spreadOf } from "../stats.ts";
import type { Trace, TraceTask, WorldRun } from "./world.ts";

/** What came of one trace in one world, beside the ideals and the world without lending. */
export interface Outcome {
  readonly trace: Trace;
  readonly run: WorldRun;
  readonly none: WorldRun;
  /** When the tasks would have ended with IDEAL and with IDEAL-P. */
  readonly ideal: Float64Array;
  readonly privateIdeal: Float64Array;
}

/** The figures that are told; `undefined` where the workload has nothing to measure them by. */
export interface Measures {
  /** From the first hot task's coming to the last one's end, against IDEAL. */
  readonly makespan: number | undefined;
  /** Sojourn times, from a task's coming to its end: the 99th percentile and the mean, against IDEAL. */
  readonly p99: number;
  readonly mean: number;
  /** The 99th percentile of the hot tasks, against the same tasks with IDEAL and with IDEAL-P. */
  readonly hotP99: number | undefined;
  readonly hotP99Private: number | undefined;
  /** The 99th percentile of all, against NONE. */
  readonly p99ToNone: number;
  /** That of masters that are never hot, against NONE, and how much later it is. */
  readonly othersP99ToNone: number | undefined;
  readonly othersLaterMs: number | undefined;
  readonly movesPerThousand: number;
  readonly movesPerLentWorker: number | undefined;
  readonly messagesPerTask: number;
  /** From the first task at a master that has become hot to the first that a borrowed worker begins there; the median. */
  readonly reactionMs: number | undefined;
  readonly fairness: number | undefined;
  readonly p99Ms: number;
  readonly idealP99Ms: number;
}

export function measure({ trace, run, none, ideal, privateIdeal }: Outcome): Measures {
  const hotMasters = new Set(trace.tasks.flatMap(({ isHot, master }) => (isHot ? [master] : [])));
  const isHot = (task: TraceTask): boolean => task.isHot;
  const isOthers = ({ master }: TraceTask): boolean => hotMasters.size > 0 && !hotMasters.has(master);
  const p99 = (ends: Float64Array, isCounted?: (task: TraceTask) => boolean): number | undefined =>
    percentile99(sojourns(trace, ends, isCounted));

  const whole = p99(run.endedAtMs) ?? 0;
  const [others, othersNone] = [p99(run.endedAtMs, isOthers), p99(none.endedAtMs, isOthers)];
  const hot = p99(run.endedAtMs, isHot);
  const tasks = trace.tasks.length;
  return {
    makespan: ratio(makespanMs(trace, run.endedAtMs), makespanMs(trace, ideal)),
    p99: whole / (p99(ideal) ?? 1),
    mean: mean(sojourns(trace, run.endedAtMs)) / mean(sojourns(trace, ideal)),
    hotP99: ratio(hot, p99(ideal, isHot)),
    hotP99Private: ratio(hot, p99(privateIdeal, isHot)),
    p99ToNone: whole / (p99(none.endedAtMs) ?? 1),
    othersP99ToNone: ratio(others, othersNone),
    othersLaterMs: others === undefined || othersNone === undefined ? undefined : others - othersNone,
    movesPerThousand: (1_000 * run.moves) / tasks,
    movesPerLentWorker: run.workersLent === 0 ? undefined : run.moves / run.workersLent,
    messagesPerTask: run.messages / tasks,
    reactionMs: reactionMs(trace, run),
    fairness: fairness(trace, run.endedAtMs),
    p99Ms: whole,
    idealP99Ms: p99(ideal) ?? 0,
  };
}

const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;

function sojourns(
  { tasks }: Trace,
  endedAtMs: Float64Array,
  isCounted: (task: TraceTask) => boolean = () => true,
): Float64Array {
  return Float64Array.from(
    tasks.flatMap((task, index) => (isCounted(task) ? [(endedAtMs[index] ?? 0) - task.atMs] : [])),
  );
}

/** Of no figures there is none. */
export function percentile99(figures: Float64Array): number | undefined {
  return figures.toSorted()[Math.ceil(0.99 * figures.length) - 1];
}

const mean = (figures: Float64Array): number => figures.reduce((sum, figure) => sum + figure, 0) / figures.length;

function makespanMs({ tasks }: Trace, endedAtMs: Float64Array): number | undefined {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, 0];
  for (const [index, { isHot, atMs }] of tasks.entries()) {
    if (!isHot) continue;
    firstMs = Math.min(firstMs, atMs);
    lastMs = Math.max(lastMs, endedAtMs[index] ?? 0);
  }
  return lastMs === 0 ? undefined : lastMs - firstMs;
}

/** A master that had no hot task for so long is hot anew. */
const HOT_ANEW_MS = 1_000;

/** @returns `undefined` if nobody borrowed anything while it was hot. */
export function reactionMs({ tasks }: Trace, { endedAtMs, isBorrowed }: WorldRun): number | undefined {
  const spells = new Map<number, { sinceMs: number; lastMs: number; hasReacted: boolean }>();
  const reactionsMs: number[] = [];
  for (const [index, { isHot, master, atMs, serviceMs }] of tasks.entries()) {
    if (!isHot) continue;
    const last = spells.get(master);
    const isNew = last === undefined || atMs - last.lastMs > HOT_ANEW_MS;
    const spell = isNew ? { sinceMs: atMs, lastMs: atMs, hasReacted: false } : last;
    spells.set(master, spell);
    spell.lastMs = atMs;
    if (spell.hasReacted || isBorrowed[index] !== 1) continue;
    spell.hasReacted = true;
    // Tasks begin in the order of their coming, so this one is the first.
    reactionsMs.push((endedAtMs[index] ?? 0) - serviceMs - spell.sinceMs);
  }
  return reactionsMs.length === 0 ? undefined : spreadOf(reactionsMs).median;
}

/**
 * Jain's index of fairness over the mean sojourns of the masters that are hot: 1 if all fare alike, 1/n if one of n
 * bears everything. `undefined` if fewer than two are hot.
 */
export function fairness({ masters, tasks }: Trace, endedAtMs: Float64Array): number | undefined {
  const sums = Array.from({ length: masters }, () => ({ sum: 0, count: 0 }));
  for (const [index, { master, isHot, atMs }] of tasks.entries()) {
    const own = sums[master];
    if (!isHot || own === undefined) continue;
    own.sum += (endedAtMs[index] ?? 0) - atMs;
    own.count++;
  }
  const means = sums.flatMap(({ sum, count }) => (count === 0 ? [] : [sum / count]));
  if (means.length < 2) return undefined;
  const total = means.reduce((sum, own) => sum + own, 0);
  return total ** 2 / (means.length * means.reduce((sum, own) => sum + own ** 2, 0));
}
