import { ratioSpread } from "../heartbeat/ratios.ts";
import type { Table } from "../report/table.ts";
import { formatFigure, formatSpread, spreadOf } from "../stats.ts";
import type { GoalResult } from "../suite.ts";
import type { KeepFigures } from "./keeper-process.ts";
import type { KeeperName } from "./task-keeper.ts";

type Figures = ReadonlyMap<KeeperName, readonly KeepFigures[]>;

const RATE_OF_LOG = 0.8;
const CPU_MAX_US = 10;

/** Groups of one size. */
export function groupTable(groupSize: number, figures: Figures): Table {
  const text = (own: readonly KeepFigures[], of: (figure: KeepFigures) => number): string =>
    formatSpread(spreadOf(own.map(of)));
  return {
    title: groupSize === 1 ? "One task per group" : `${groupSize.toLocaleString("en-US")} tasks per group`,
    columns: ["keeper", "tasks/s", "group p50 ms", "group p99 ms", "CPU us/task", "rate / log"],
    rows: [...figures].map(([name, own]) => [
      name,
      text(own, ({ tasksPerSecond }) => tasksPerSecond),
      text(own, ({ p50Ms }) => p50Ms),
      text(own, ({ p99Ms }) => p99Ms),
      text(own, ({ cpuUsPerTask }) => cpuUsPerTask),
      name === "ours" ? ratioText(figures) : "",
    ]),
  };
}

const rateRatio = (figures: Figures) =>
  ratioSpread(figures.get("ours") ?? [], figures.get("log") ?? [], ({ tasksPerSecond }) => tasksPerSecond);

function ratioText(figures: Figures): string {
  const ratio = rateRatio(figures);
  return ratio === undefined ? "" : formatSpread(ratio);
}

/** What is promised for groups of one size. */
export function groupGoals(groupSize: number, figures: Figures): readonly GoalResult[] {
  const goals: GoalResult[] = [];
  const ratio = rateRatio(figures);
  if (groupSize === 100 && ratio !== undefined) {
    goals.push({
      id: "store-100",
      wanted: `at least ${RATE_OF_LOG} x log in rate`,
      found: formatSpread(ratio),
      isReached: ratio.median >= RATE_OF_LOG,
    });
  }
  if (groupSize >= 100) {
    const cpu = spreadOf((figures.get("ours") ?? []).map(({ cpuUsPerTask }) => cpuUsPerTask));
    goals.push({
      id: `store-cpu-${groupSize}`,
      wanted: `at most ${formatFigure(CPU_MAX_US)} CPU us per task`,
      found: formatSpread(cpu),
      isReached: cpu.median <= CPU_MAX_US,
    });
  }
  return goals;
}
