import { constant, drawTrace, exponential, type Phase, type ServiceLaw, withBurst } from "./traces.ts";
import type { Conditions, Trace } from "./world.ts";

/** What a workload is drawn for. */
export interface Occasion {
  readonly masters: number;
  readonly seed: string;
  /** A run that is too short for figures that mean something. */
  readonly isQuick: boolean;
}

/** Something that happens to a cluster. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly kind: "burst" | "stream";
  readonly sizes: readonly number[];
  readonly conditions: Conditions;
  readonly serviceMs: number;
  draw(occasion: Occasion): Trace;
}

const SIZES = [2, 8, 64];
export const WORKERS_EACH = 8;
export const SERVICE_MS = 100;
export const CONDITIONS: Conditions = { latencyMs: 0.5, moveMs: 10, heartbeatIntervalMs: 1_000 };
const COLD_SPIKE_MS = 3_000;

/** So long that each size has tasks enough for a 99th percentile: 15,000 to 60,000 of them. */
const lengthMs = ({ masters, isQuick }: Occasion): number =>
  isQuick ? 4_000 : masters <= 2 ? 240_000 : masters <= 8 ? 40_000 : 12_000;

const repeat = (count: number, load: number): readonly number[] => new Array<number>(count).fill(load);

/** The first `hot` masters have one load, the others another. */
const split = (masters: number, hot: number, hotLoad: number, load: number): readonly number[] => [
  ...repeat(hot, hotLoad),
  ...repeat(masters - hot, load),
];

/** How many masters are hot, of which a share should be. */
const hotOf = (masters: number, share: number): number => Math.max(1, Math.round(masters * share));

/** The load of the hot ones that brings all together to `total`. */
const hotLoadFor = (masters: number, hot: number, total: number, load: number): number =>
  (total * masters - load * (masters - hot)) / hot;

interface Options {
  readonly conditions?: Conditions;
  readonly serviceMs?: number;
  readonly law?: ServiceLaw;
  readonly sizes?: readonly number[];
}

function burst(name: string, title: string, rounds: number, background?: number): Workload {
  return {
    name,
    title,
    kind: "burst",
    sizes: SIZES,
    conditions: CONDITIONS,
    serviceMs: SERVICE_MS,
    draw({ masters, seed, isQuick }) {
      const settings = { workersEach: WORKERS_EACH, serviceMs: SERVICE_MS, law: exponential, seed };
      const count = (isQuick ? Math.min(rounds, 2) : rounds) * masters * WORKERS_EACH;
      if (background === undefined) {
        return withBurst({ masters, workersEach: WORKERS_EACH, tasks: [] }, count, COLD_SPIKE_MS, settings);
      }
      // The others go on having work until the burst is over.
      const forMs = COLD_SPIKE_MS + (2 * rounds * SERVICE_MS) / (1 - background);
      const trace = drawTrace([{ forMs, loads: split(masters, 1, 1e-9, background) }], settings);
      return withBurst(trace, count, COLD_SPIKE_MS, settings);
    },
  };
}

function stream(
  name: string,
  title: string,
  phases: (occasion: Occasion) => readonly Phase[],
  options: Options = {},
): Workload {
  const { conditions = CONDITIONS, serviceMs = SERVICE_MS, law = exponential, sizes = SIZES } = options;
  return {
    name,
    title,
    kind: "stream",
    sizes,
    conditions,
    serviceMs,
    draw: (occasion) => drawTrace(phases(occasion), { workersEach: WORKERS_EACH, serviceMs, law, seed: occasion.seed }),
  };
}

/** Some masters are hot; of two only one, and less, or there would be more to do than both can. */
const skewed = (masters: number, share: number): readonly number[] =>
  masters === 2 ? split(2, 1, 1.1, 0.4) : split(masters, hotOf(masters, share), 1.8, 0.4);

const skew = (occasion: Occasion): readonly Phase[] => [
  { forMs: lengthMs(occasion), loads: skewed(occasion.masters, 1 / 8) },
];

const ROTATION_MS = 10_000;

/** More of them, and every 10 s the next ones. */
function rotate(occasion: Occasion): readonly Phase[] {
  const [forMs, loads] = [lengthMs(occasion), skewed(occasion.masters, 1 / 4)];
  const forEachMs = occasion.isQuick ? 1_000 : ROTATION_MS;
  const hot = loads.filter((load) => load > 1).length;
  const turns = Math.max(2, Math.round(forMs / forEachMs));
  return Array.from({ length: turns }, (_, turn) => {
    const shift = (turn * hot) % loads.length;
    return { forMs: forEachMs, loads: [...loads.slice(-shift), ...loads.slice(0, -shift)] };
  });
}

/** A quiet time at half load, a crowd at three in ten masters for as long, and so on. */
const flash =
  (total: number, paceMs = SERVICE_MS) =>
  (occasion: Occasion): readonly Phase[] => {
    const { masters, isQuick } = occasion;
    const hot = hotOf(masters, 0.3);
    const crowd = split(masters, hot, hotLoadFor(masters, hot, total, 0.5), 0.5);
    const forEachMs = ((isQuick ? 1_000 : 10_000) * paceMs) / SERVICE_MS;
    const turns = Math.max(1, Math.round(lengthMs(occasion) / (isQuick ? 2_000 : 20_000)));
    return Array.from({ length: turns }, () => [
      { forMs: forEachMs, loads: repeat(masters, 0.5) },
      { forMs: forEachMs, loads: crowd },
    ]).flat();
  };

const balanced =
  (load: number) =>
  (occasion: Occasion): readonly Phase[] => [{ forMs: lengthMs(occasion), loads: repeat(occasion.masters, load) }];

const pace = (serviceMs: number, moveMs: number): Workload =>
  stream(
    `pace-${serviceMs}-${moveMs}`,
    `Flash crowd with tasks of ${serviceMs} ms and moves of ${moveMs} ms`,
    flash(0.85, serviceMs),
    { serviceMs, conditions: { ...CONDITIONS, moveMs }, sizes: [8] },
  );

export const workloads: readonly Workload[] = [
  burst("burst-2", "Burst of 2 tasks per worker of the cluster, on one master", 2),
  burst("burst-10", "Burst of 10 tasks per worker of the cluster, on one master", 10),
  burst("burst-50", "Burst of 50 tasks per worker of the cluster, on one master", 50),
  burst(
    "burst-busy",
    "Burst of 10 tasks per worker of the cluster, on one master; the others at a load of 0.4",
    10,
    0.4,
  ),
  stream("skew", "Skew: one master in eight at a load of 1.8 (one of two at 1.1), the others at 0.4", skew),
  stream(
    "rotate",
    "Rotating hot spot: one master in four at 1.8 (one of two at 1.1), others every 10 s, the rest at 0.4",
    rotate,
  ),
  stream("flash", "Flash crowd: three masters in ten get so much that all together are at 0.85", flash(0.85)),
  stream("flash-tight", "Flash crowd up to 0.95", flash(0.95)),
  stream("flash-over", "Flash crowd up to 1.1: more than all can do", flash(1.1), { sizes: [8, 64] }),
  stream("balanced-70", "Balanced, all at 0.7", balanced(0.7)),
  stream("balanced-90", "Balanced, all at 0.9", balanced(0.9)),
  stream("balanced-95", "Balanced, all at 0.95", balanced(0.95)),
  stream("overload", "Balanced, all at 1.1", balanced(1.1), { sizes: [8, 64] }),
  stream("flash-constant", "Flash crowd with tasks that all take the same", flash(0.85), { law: constant, sizes: [8] }),
  pace(10, 1),
  pace(10, 10),
  pace(10, 50),
  pace(1_000, 50),
];
