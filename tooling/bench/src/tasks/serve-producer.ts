import { serveCalls } from "../children/serve-calls.ts";
import { createHistogram } from "../histogram.ts";
import { readTreeCpuUs } from "./cpu-time.ts";
import type { Outlet, OutletSettings } from "./outlet.ts";
import { taskIdOf, taskLine } from "./task-line.ts";

/** Tasks by their ordinals. */
export interface TaskRange {
  readonly from: number;
  readonly count: number;
}

/** Tasks that come at a steady rate, whether those before them have ended or not. */
export interface Pace extends TaskRange {
  readonly perSecond: number;
}

/** What a producer found out about one run. */
export interface Produced {
  /** From the first line to the last end that is recorded. */
  readonly elapsedMs: number;
  /** From the first line to the last acceptance. */
  readonly acceptedMs: number;
}

/** The most lines that are not answered yet. */
export const IN_FLIGHT_MAX = 4_096;
/** Lines that are written at once. */
const LINES_PER_WRITE = 256;

/**
 * A process that hands tasks to a dispatcher. It ends with an error if an answer, an order of answers or a result is
 * not what it must be.
 */
export function serveProducer(openOutlet: (settings: OutletSettings) => Outlet): void {
  let outlet: Outlet | undefined;
  /** Tasks that were handed in since the dispatcher began. */
  let total = 0;
  const opened = (): Outlet => {
    if (outlet === undefined) throw new Error("the producer has no dispatcher yet");
    return outlet;
  };
  serveCalls({
    cpuUs: readTreeCpuUs,
    connect(settings: OutletSettings) {
      outlet = openOutlet(settings);
    },
    workers: () => opened().workers(),
    produce(range: TaskRange) {
      total += range.count;
      return produce(opened(), range, total);
    },
    async pace(wanted: Pace) {
      total += wanted.count;
      return pace(opened(), wanted);
    },
    check: (range: TaskRange) => check(opened(), range),
  });
}

/** Hands in tasks as fast as they are accepted. */
async function produce(outlet: Outlet, { from, count }: TaskRange, total: number): Promise<Produced> {
  const allAccepted = Promise.withResolvers<void>();
  const beganAtMs = performance.now();
  const tasks = openTasks(outlet, from, (accepted) => {
    if (accepted === count) allAccepted.resolve();
    else handIn(accepted);
  });
  const handIn = (accepted: number): void => {
    while (tasks.sent() < count && tasks.sent() - accepted <= IN_FLIGHT_MAX - LINES_PER_WRITE) {
      tasks.send(Math.min(LINES_PER_WRITE, count - tasks.sent()));
    }
  };
  handIn(0);
  await allAccepted.promise;
  const acceptedMs = performance.now() - beganAtMs;
  await outlet.untilEnded(total, taskIdOf(from + count - 1));
  const elapsedMs = performance.now() - beganAtMs;
  await tasks.end();
  return { elapsedMs, acceptedMs };
}

/**
 * Hands in tasks at a rate, and measures how long each took from the moment at which it was sent until its end was told.
 */
async function pace(outlet: Outlet, { from, count, perSecond }: Pace): Promise<Float64Array> {
  const latencies = createHistogram();
  const allEnded = Promise.withResolvers<void>();
  const sentAtMs = new Map<string, number>();
  const following = await outlet.follow((id) => {
    const atMs = sentAtMs.get(id);
    if (atMs === undefined) throw new Error(`${id} ended, which was not under way`);
    sentAtMs.delete(id);
    latencies.record(performance.now() - atMs);
    if (tasks.sent() === count && sentAtMs.size === 0) allEnded.resolve();
  });
  const tasks = openTasks(outlet, from, () => {});
  const beganAtMs = performance.now();
  const handIn = (): void => {
    const nowMs = performance.now();
    const due = Math.min(count, Math.ceil(((nowMs - beganAtMs) * perSecond) / 1_000));
    if (due > tasks.sent()) for (const id of tasks.send(due - tasks.sent())) sentAtMs.set(id, nowMs);
    if (due < count) setTimeout(handIn, 1);
  };
  handIn();
  await allEnded.promise;
  following.stop();
  await tasks.end();
  return latencies.counts;
}

/** A stream of tasks, numbered on from the first. */
interface OpenTasks {
  sent(): number;
  /** Gives the ids. */
  send(count: number): readonly string[];
  end(): Promise<void>;
}

/** @param onAccepted told how many have been accepted. Another answer than the one that is due is an error. */
function openTasks(outlet: Outlet, from: number, onAccepted: (accepted: number) => void): OpenTasks {
  const sentIds: string[] = [];
  let accepted = 0;
  const stream = outlet.openStream((ids) => {
    for (const id of ids) {
      const expected = sentIds[accepted++];
      if (id !== expected) throw new Error(`${id} was answered where ${expected} was due`);
    }
    onAccepted(accepted);
  });
  return {
    sent: () => sentIds.length,
    send(count) {
      const begin = sentIds.length;
      let lines = "";
      for (let ordinal = from + begin; ordinal < from + begin + count; ordinal++) {
        const id = taskIdOf(ordinal);
        sentIds.push(id);
        lines += taskLine(id, ordinal);
      }
      stream.write(lines);
      return sentIds.slice(begin);
    },
    end: () => stream.end(),
  };
}

/** Asks for every result. */
async function check(outlet: Outlet, { from, count }: TaskRange): Promise<void> {
  const ordinals = Array.from({ length: count }, (_, index) => from + index);
  const results = await outlet.results(ordinals.map(taskIdOf));
  for (const [index, ordinal] of ordinals.entries()) {
    if (results[index] !== ordinal) throw new Error(`task ${ordinal} gave ${JSON.stringify(results[index])}`);
  }
}
