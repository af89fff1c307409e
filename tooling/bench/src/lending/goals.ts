import { formatFigure, formatSpread, type Spread, spreadOf } from "../stats.ts";
import type { GoalResult } from "../suite.ts";
import type { Cell } from "./cells.ts";
import type { Measures } from "./measures.ts";

/** The contestant that goals are about. */
const OURS = "LEND";

interface Goal {
  readonly id: string;
  readonly workload: string;
  readonly of: (measures: Measures, cell: Cell) => number | undefined;
  /** What the figure is, in words. */
  readonly what: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Judged by the worst seed instead of the median. */
  readonly isWorst?: boolean;
  /** All that were measured, if absent. */
  readonly sizes?: readonly number[];
}

const MANY = [8, 64];

const atMost = (
  id: string,
  workload: string,
  what: string,
  most: number,
  of: Goal["of"],
  more: Partial<Goal> = {},
): Goal => ({
  id: `lending-${id}`,
  workload,
  what,
  atMost: most,
  of,
  ...more,
});

const makespan: Goal["of"] = (measures) => measures.makespan;
const p99: Goal["of"] = (measures) => measures.p99;
const mean: Goal["of"] = (measures) => measures.mean;
const toNone: Goal["of"] = (measures) => measures.p99ToNone;
const others: Goal["of"] = (measures) => measures.othersP99ToNone;
const moves: Goal["of"] = (measures) => measures.movesPerThousand;
const movesEach: Goal["of"] = (measures) => measures.movesPerLentWorker;
const messages: Goal["of"] = (measures) => measures.messagesPerTask;
const reaction: Goal["of"] = (measures) => measures.reactionMs;
const fairness: Goal["of"] = (measures) => measures.fairness;

/** Against what is possible in principle: 1.2 x IDEAL and four moves. */
const paceBound: Goal["of"] = ({ p99Ms, idealP99Ms }, { workload }) => {
  const { moveMs, latencyMs } = workload.conditions;
  return p99Ms / (1.2 * idealP99Ms + 4 * (moveMs + 3 * latencyMs));
};

/** The goals were set by a study of the policy before there was any code. */
const goals: readonly Goal[] = [
  atMost("burst-2", "burst-2", "makespan / IDEAL", 1.15, makespan),
  atMost("burst-10", "burst-10", "makespan / IDEAL", 1.05, makespan),
  atMost("burst-50", "burst-50", "makespan / IDEAL", 1.02, makespan),
  atMost("burst-busy", "burst-busy", "hot p99 / IDEAL-P", 1.25, (measures) => measures.hotP99Private),
  atMost("burst-moves", "burst-10", "moves per lent worker", 2.4, movesEach),
  atMost("reaction", "burst-10", "ms to the first borrowed task", 22, reaction),
  atMost("reaction-worst", "burst-10", "ms to the first borrowed task, in every run", 50, reaction, { isWorst: true }),
  atMost("reaction-flash", "flash", "ms to the first borrowed task", 300, reaction, { sizes: MANY }),
  atMost("skew", "skew", "p99 / IDEAL", 1.06, p99),
  atMost("skew-mean", "skew", "mean / IDEAL", 1.15, mean),
  atMost("rotate", "rotate", "p99 / IDEAL", 1.2, p99),
  atMost("rotate-mean", "rotate", "mean / IDEAL", 1.4, mean),
  atMost("flash", "flash", "p99 / IDEAL", 1.2, p99),
  atMost("flash-mean", "flash", "mean / IDEAL", 1.4, mean),
  atMost("flash-tight", "flash-tight", "hot p99 / IDEAL", 2.2, (measures) => measures.hotP99, { sizes: MANY }),
  atMost("balanced-70", "balanced-70", "p99 / NONE", 1, toNone, { sizes: MANY }),
  atMost("balanced-90", "balanced-90", "p99 / NONE", 0.85, toNone, { sizes: MANY }),
  atMost("balanced-95", "balanced-95", "p99 / NONE", 0.7, toNone, { sizes: MANY }),
  atMost("moves-skew", "skew", "moves per 1,000 tasks", 15, moves, { sizes: MANY }),
  atMost("moves-rotate", "rotate", "moves per 1,000 tasks", 65, moves, { sizes: MANY }),
  atMost("moves-flash", "flash", "moves per 1,000 tasks", 60, moves, { sizes: MANY }),
  atMost("moves-balanced-70", "balanced-70", "moves per 1,000 tasks", 10, moves, { sizes: MANY }),
  atMost("moves-balanced-90", "balanced-90", "moves per 1,000 tasks", 45, moves, { sizes: MANY }),
  atMost("harm-burst", "burst-busy", "the others' p99 / NONE", 1.05, others),
  atMost("harm-skew", "skew", "the others' p99 / NONE", 1.05, others),
  atMost("harm-flash", "flash", "the others' p99 / NONE", 1.05, others),
  atMost(
    "harm-constant",
    "flash-constant",
    "ms by which the others' p99 is later than with NONE",
    91,
    (measures) => measures.othersLaterMs,
  ),
  atMost("messages-skew", "skew", "messages per task", 0.1, messages, { sizes: MANY }),
  atMost("messages-rotate", "rotate", "messages per task", 0.6, messages, { sizes: MANY }),
  atMost("messages-flash", "flash", "messages per task", 0.6, messages, { sizes: MANY }),
  atMost("messages-balanced-90", "balanced-90", "messages per task", 1, messages, { sizes: MANY }),
  atMost("messages-overload", "overload", "messages per task", 3, messages),
  { id: "lending-fairness", workload: "flash", what: "Jain's index", atLeast: 0.99, of: fairness, sizes: MANY },
  { id: "lending-fairness-over", workload: "flash-over", what: "Jain's index", atLeast: 0.97, of: fairness },
  ...["10-1", "10-10", "10-50", "1000-50"].map((pace) =>
    atMost(`pace-${pace}`, `pace-${pace}`, "p99 / (1.2 x IDEAL + 4 moves)", 1, paceBound),
  ),
];

/** @param isJudged false for runs that are too short to say anything. */
export function judgeGoals(cells: readonly Cell[], isJudged: boolean): readonly GoalResult[] {
  return goals.flatMap((goal) => {
    const found = cells
      .filter(({ workload, masters }) => workload.name === goal.workload && (goal.sizes?.includes(masters) ?? true))
      .flatMap((cell) => {
        const figures = (cell.figures.get(OURS) ?? []).flatMap((measures) => goal.of(measures, cell) ?? []);
        return figures.length === 0 ? [] : [{ masters: cell.masters, spread: spreadOf(figures) }];
      });
    if (found.length === 0) return [];
    return {
      id: goal.id,
      wanted: wantedText(goal),
      found: found.map(({ masters, spread }) => `${masters}: ${formatSpread(spread)}`).join(", "),
      isReached: isJudged ? found.every(({ spread }) => isKept(goal, spread)) : undefined,
    };
  });
}

const wantedText = ({ what, atMost: most, atLeast: least }: Goal): string =>
  `${what} ${most === undefined ? `at least ${formatFigure(least ?? 0)}` : `at most ${formatFigure(most)}`}`;

function isKept({ atMost: most, atLeast: least, isWorst }: Goal, { median, max }: Spread): boolean {
  const figure = isWorst === true ? max : median;
  return (most === undefined || figure <= most) && (least === undefined || figure >= least);
}
