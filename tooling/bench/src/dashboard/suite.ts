import type { ClusterSize } from "../monitor/cluster.ts";
import { formatFigure, formatSpread, spreadOf } from "../stats.ts";
import type { GoalResult, Suite, SuiteReport } from "../suite.ts";
import { browserPath, measurePage, type PageUsage } from "./rounds.ts";

const FIRST_MAX_MS = 1_000;
const LONG_TASK_MAX_MS = 100;

const METHOD = [
  "The page of a load monitor in a browser without a graphics card, which shares the machine with the monitor and with the cluster that " +
    "reports to it. Times are from the moment on which the page was asked for: until something was painted, and until the masters were. " +
    "Long tasks are those that the browser itself tells of, 50 ms and more; what comes in the first 3 s is the beginning.",
];

const columns = [
  ...["round", "first paint, ms", "masters painted, ms", "longest task at the beginning, ms"],
  ...["longest task later, ms", "long tasks later", "heap, MB"],
];

/** Whether the page of a large cluster is there at once, and does not stutter. */
export const dashboardSuite: Suite = {
  name: "dashboard",
  summary: "the load monitor's page in a browser: its first paint, and its long tasks",
  scenarios: ["cluster"],
  async run({ isQuick, rounds }, progress) {
    if (browserPath === undefined)
      return reportOf("no browser", [], ["There is no Chromium here: nothing was measured."]);
    const size: ClusterSize = isQuick
      ? { masters: 50, workersEach: 10, intervalMs: 1_000 }
      : { masters: 500, workersEach: 10, intervalMs: 10_000 };
    const usages: PageUsage[] = [];
    for (let round = 1; round <= (rounds ?? 3); round++) {
      progress(`cluster: ${size.masters} masters, round ${round}`);
      usages.push(await measurePage(browserPath, size, isQuick ? 1_000 : 30_000));
    }
    const workers = size.masters * size.workersEach;
    const title = `${size.masters} masters with ${workers} workers, a report every ${size.intervalMs / 1_000} s`;
    return reportOf(title, usages, []);
  },
};

function reportOf(title: string, usages: readonly PageUsage[], remarks: readonly string[]): SuiteReport {
  const rows = usages.map((usage, n) => [
    String(n + 1),
    ...[
      usage.firstPaintMs,
      usage.firstMastersMs,
      usage.startLongestMs,
      usage.longestMs,
      usage.longTasks,
      usage.heapMb,
    ].map(formatFigure),
  ]);
  return {
    title: "The load monitor's page",
    method: METHOD,
    tables: usages.length === 0 ? [] : [{ title, columns, rows }],
    goals: [
      goalOf(
        "page-first-paint",
        FIRST_MAX_MS,
        usages.map(({ firstMastersMs }) => firstMastersMs),
      ),
      goalOf(
        "page-long-tasks",
        LONG_TASK_MAX_MS,
        usages.map(({ longestMs }) => longestMs),
      ),
    ],
    remarks,
    profiles: [],
  };
}

function goalOf(id: string, maxMs: number, found: readonly number[]): GoalResult {
  const wanted = `at most ${maxMs} ms`;
  if (found.length === 0) return { id, wanted, found: "not measured", isReached: undefined };
  const spread = spreadOf(found);
  return { id, wanted, found: `${formatSpread(spread)} ms`, isReached: spread.max <= maxMs };
}
