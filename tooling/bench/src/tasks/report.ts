import { ratioSpread } from "../heartbeat/ratios.ts";
import type { Table } from "../report/table.ts";
import { formatFigure, formatSpread, type Spread, spreadOf } from "../stats.ts";
import type { GoalResult } from "../suite.ts";
import type { CpuPerTask, Figures, PaceFigures, RateFigures } from "./rounds.ts";
import type { paceScenario, RateScenario } from "./scenarios.ts";

const RATE_OF_BARE = 0.5;
const CPU_MAX_US = 15;
const DURABLE_RATE = 50_000;
/** The rate at which the machine is fast enough for that to be asked. */
const BARE_DURABLE_RATE = 100_000;
const P99_OF_BARE = 1.5;

const CPU_COLUMNS = ["CPU us/task", "producer", "dispatcher", "workers"];

export function rateTable({ title }: RateScenario, figures: Figures<RateFigures>): Table {
  return {
    title,
    columns: ["farm", "tasks/s", "accepted/s", ...CPU_COLUMNS, "rate / bare"],
    rows: [...figures].map(([name, own]) => [
      name,
      spreadText(own, ({ tasksPerSecond }) => tasksPerSecond),
      spreadText(own, ({ acceptedPerSecond }) => acceptedPerSecond),
      ...cpuCells(own),
      name === "bare" ? "1" : ratioText(rateRatio(figures)),
    ]),
  };
}

export function paceTable({ perSecond }: typeof paceScenario, figures: Figures<PaceFigures>): Table {
  return {
    title: `Durable, one worker, ${perSecond} tasks per second`,
    columns: ["farm", "p50 ms", "p99 ms", ...CPU_COLUMNS, "p99 / bare"],
    rows: [...figures].map(([name, own]) => [
      name,
      spreadText(own, ({ p50Ms }) => p50Ms),
      spreadText(own, ({ p99Ms }) => p99Ms),
      ...cpuCells(own),
      name === "bare" ? "1" : ratioText(p99Ratio(figures)),
    ]),
  };
}

/** What is promised for tasks as fast as they go. */
export function rateGoals({ name, store }: RateScenario, figures: Figures<RateFigures>): readonly GoalResult[] {
  const ratio: GoalResult = {
    id: `tasks-${name}-rate`,
    wanted: `at least ${RATE_OF_BARE} x bare in rate`,
    ...judged(rateRatio(figures), (median) => median >= RATE_OF_BARE),
  };
  return [ratio, store === "memory" ? cpuGoal(name, figures) : floorGoal(name, figures)];
}

function cpuGoal(name: string, figures: Figures<RateFigures>): GoalResult {
  return {
    id: `tasks-${name}-cpu`,
    wanted: `at most ${CPU_MAX_US} CPU us per task, all processes`,
    ...judged(cpuSpread(figures.get("ours") ?? [], "all"), (median) => median <= CPU_MAX_US),
  };
}

function floorGoal(name: string, figures: Figures<RateFigures>): GoalResult {
  const rateOf = (farm: "ours" | "bare") => spreadOf((figures.get(farm) ?? []).map((each) => each.tasksPerSecond));
  const [ours, bare] = [rateOf("ours"), rateOf("bare")];
  const isAsked = bare.median >= BARE_DURABLE_RATE;
  return {
    id: `tasks-${name}-floor`,
    wanted: `at least ${formatFigure(DURABLE_RATE)} tasks/s where bare reaches ${formatFigure(BARE_DURABLE_RATE)}`,
    found: `${formatSpread(ours)}, bare ${formatSpread(bare)}`,
    isReached: isAsked ? ours.median >= DURABLE_RATE : undefined,
  };
}

/** What is promised for tasks at a rate that leaves everybody time. */
export function paceGoals({ name }: typeof paceScenario, figures: Figures<PaceFigures>): readonly GoalResult[] {
  return [
    {
      id: `tasks-${name}-p99`,
      wanted: `at most ${P99_OF_BARE} x the p99 of bare`,
      ...judged(p99Ratio(figures), (median) => median <= P99_OF_BARE),
    },
  ];
}

function judged(
  found: Spread | undefined,
  isReached: (median: number) => boolean,
): Pick<GoalResult, "found" | "isReached"> {
  if (found === undefined) return { found: "cannot be measured here", isReached: undefined };
  return { found: formatSpread(found), isReached: isReached(found.median) };
}

const rateRatio = (figures: Figures<RateFigures>): Spread | undefined =>
  ratioSpread(figures.get("ours") ?? [], figures.get("bare") ?? [], ({ tasksPerSecond }) => tasksPerSecond);

const p99Ratio = (figures: Figures<PaceFigures>): Spread | undefined =>
  ratioSpread(figures.get("ours") ?? [], figures.get("bare") ?? [], ({ p99Ms }) => p99Ms);

const ratioText = (ratio: Spread | undefined): string => (ratio === undefined ? "" : formatSpread(ratio));

const spreadText = <F>(own: readonly F[], figure: (figures: F) => number): string =>
  formatSpread(spreadOf(own.map(figure)));

interface WithCpu {
  readonly cpuUsPerTask: CpuPerTask;
}

const cpuCells = (own: readonly WithCpu[]): readonly string[] =>
  (["all", "producer", "dispatcher", "worker"] as const).map((part) => {
    const spread = cpuSpread(own, part);
    if (spread === undefined) return "";
    return part === "all" ? formatSpread(spread) : formatFigure(spread.median);
  });

function cpuSpread(own: readonly WithCpu[], part: keyof CpuPerTask): Spread | undefined {
  const known = own.map(({ cpuUsPerTask }) => cpuUsPerTask[part]).filter((us) => us !== undefined);
  return known.length === 0 ? undefined : spreadOf(known);
}
