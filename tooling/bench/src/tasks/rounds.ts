import type { SelfTime } from "../children/profile.ts";
import { rotated } from "../heartbeat/rounds.ts";
import { quantileMs } from "../histogram.ts";
import { startBareFarm } from "./bare/bare-farm.ts";
import { FARMS, type Farm, type FarmCpu, type FarmName, type FarmSettings, ROLES, type Role } from "./farm.ts";
import { startOurFarm } from "./ours/our-farm.ts";
import type { TaskRange } from "./serve-producer.ts";

/** One contestant in one round, as fast as it goes. */
export interface RateFigures {
  /** From the first line that is handed in to the last end that is recorded. */
  readonly tasksPerSecond: number;
  /** To the last acceptance. */
  readonly acceptedPerSecond: number;
  readonly cpuUsPerTask: CpuPerTask;
}

/** One contestant in one round, at a given rate. */
export interface PaceFigures {
  /** From the moment at which a task is sent to that at which its end is told. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerTask: CpuPerTask;
}

/** Each role's share in the CPU time of a task, and what they come to. */
export type CpuPerTask = Readonly<Record<Role | "all", number | undefined>>;

export type Figures<F> = ReadonlyMap<FarmName, readonly F[]>;

export interface RoundsPlan {
  readonly rounds: number;
  /** For each contestant, before the first round. */
  readonly warmUpTasks: number;
  /** In each round. */
  readonly tasks: number;
  readonly progress: (line: string) => void;
}

/** What is done with a farm in each round. */
export type Measure<F> = (farm: Farm, range: TaskRange) => Promise<F>;

export interface RoundsResult<F> {
  /** One entry per round, in the same order for both. */
  readonly figures: Figures<F>;
  /** By role, where our own processes spent their time, if that was asked for. */
  readonly profiles: ReadonlyMap<Role, readonly SelfTime[]>;
}

const START: Readonly<Record<FarmName, (settings: FarmSettings) => Promise<Farm>>> = {
  ours: startOurFarm,
  bare: startBareFarm,
};

/** Measures the contestants in turn, round after round, each with the other idle, and checks every result. */
export async function runRounds<F>(
  name: string,
  settings: FarmSettings,
  plan: RoundsPlan,
  isProfiling: boolean,
  measure: Measure<F>,
): Promise<RoundsResult<F>> {
  const { rounds, warmUpTasks, tasks, progress } = plan;
  const figures = new Map<FarmName, F[]>(FARMS.map((farm) => [farm, []]));
  const farms = new Map<FarmName, Farm>();
  try {
    await startFarms(settings, farms);
    const nextRange = createRanges();
    for (const farm of farms.values()) await produceAndCheck(farm, nextRange(warmUpTasks));
    for (let round = 0; round < rounds; round++) {
      progress(`${name}: round ${round + 1} of ${rounds}`);
      for (const [farmName, farm] of rotated([...farms], round)) {
        const range = nextRange(tasks);
        figures.get(farmName)?.push(await measure(farm, range));
        await farm.check(range);
      }
    }
    const ours = farms.get("ours");
    const profiles = new Map<Role, readonly SelfTime[]>();
    for (const role of isProfiling && ours !== undefined ? ROLES : []) {
      profiles.set(role, (await ours?.profile(role, () => ours.produce(nextRange(tasks)))) ?? []);
    }
    return { figures, profiles };
  } finally {
    await Promise.all([...farms.values()].map((farm) => farm.stop()));
  }
}

/** Whatever has been started is in the map, also if something could not be. */
async function startFarms(settings: FarmSettings, farms: Map<FarmName, Farm>): Promise<void> {
  const started = await Promise.allSettled(FARMS.map((name) => START[name](settings)));
  for (const [index, name] of FARMS.entries()) {
    const farm = started[index];
    if (farm?.status === "fulfilled") farms.set(name, farm.value);
  }
  const failed = started.find((farm) => farm.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function produceAndCheck(farm: Farm, range: TaskRange): Promise<void> {
  await farm.produce(range);
  await farm.check(range);
}

/** Ordinals that no task has had before. */
function createRanges(): (count: number) => TaskRange {
  let next = 0;
  return (count) => {
    const range = { from: next, count };
    next += count;
    return range;
  };
}

export const measureRate: Measure<RateFigures> = async (farm, range) => {
  const from = await farm.cpu();
  const { elapsedMs, acceptedMs } = await farm.produce(range);
  const to = await farm.cpu();
  return {
    tasksPerSecond: (1_000 * range.count) / elapsedMs,
    acceptedPerSecond: (1_000 * range.count) / acceptedMs,
    cpuUsPerTask: cpuPerTask(from, to, range.count),
  };
};

export const measurePace =
  (perSecond: number): Measure<PaceFigures> =>
  async (farm, range) => {
    const from = await farm.cpu();
    const counts = await farm.pace({ ...range, perSecond });
    const to = await farm.cpu();
    return {
      p50Ms: quantileMs(counts, 0.5),
      p99Ms: quantileMs(counts, 0.99),
      cpuUsPerTask: cpuPerTask(from, to, range.count),
    };
  };

function cpuPerTask(from: FarmCpu, to: FarmCpu, tasks: number): CpuPerTask {
  const of = (role: Role): number | undefined => {
    const [before, after] = [from[role], to[role]];
    return before === undefined || after === undefined ? undefined : (after - before) / tasks;
  };
  const [producer, dispatcher, worker] = [of("producer"), of("dispatcher"), of("worker")];
  const isKnown = producer !== undefined && dispatcher !== undefined && worker !== undefined;
  return { producer, dispatcher, worker, all: isKnown ? producer + dispatcher + worker : undefined };
}
