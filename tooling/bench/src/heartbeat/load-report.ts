import type { Table } from "../report/table.ts";
import { formatSpread, type Spread, spreadOf } from "../stats.ts";
import type { GoalResult } from "../suite.ts";
import type { ContestantName } from "./contestants.ts";
import type { LoadFigures, LoadResult } from "./load-rounds.ts";
import { ratioSpread } from "./ratios.ts";
import type { Basis, LoadScenario, RateGoal } from "./scenarios.ts";

/** What each contestant is, for readers of the tables. */
const LABELS: Readonly<Record<ContestantName, string>> = {
  ours: "ours",
  bare: "bare",
  unparsed: "unparsed",
  echo: "echo",
  python: "python (one-shot)",
};

/** The contestants' figures, with what each one does in terms of each reference. */
export function loadTable({ title, goals }: LoadScenario, { figures }: LoadResult): Table {
  const references = goals.map(({ reference }) => reference).filter((name) => figures.has(name));
  const ratioColumns = references.flatMap((name) => [`rate / ${name}`, `per CPU / ${name}`]);
  return {
    title,
    columns: ["server", "beats/s", "p50 ms", "p99 ms", "CPU us/beat", "busy", ...ratioColumns],
    rows: [...figures].map(([name, own]) => [
      LABELS[name],
      spreadText(own, ({ beatsPerSecond }) => beatsPerSecond),
      spreadText(own, ({ p50Ms }) => p50Ms),
      spreadText(own, ({ p99Ms }) => p99Ms),
      spreadText(own, ({ cpuUsPerBeat }) => cpuUsPerBeat),
      formatPercent(spreadOf(own.map(({ busyShare }) => busyShare)).median),
      ...references.flatMap((reference) => (reference === name ? ["1", "1"] : ratioCells(figures, name, reference))),
    ]),
  };
}

export function loadGoals(scenario: LoadScenario, { figures }: LoadResult): readonly GoalResult[] {
  return scenario.goals.map((goal) => judgeGoal(scenario, goal, figures));
}

/** What was left out, and what went wrong. */
export function loadRemarks(scenario: LoadScenario, { figures }: LoadResult): readonly string[] {
  const skipped = scenario.contestants.filter((name) => !figures.has(name)).map((name) => SKIPPED[name] ?? name);
  const failed = [...figures].flatMap(([name, rounds]) => {
    const failures = rounds.reduce((sum, round) => sum + round.failures, 0);
    return failures === 0 ? [] : [`${scenario.name}: ${failures} connections to ${name} broke before the answer`];
  });
  return [...skipped, ...failed];
}

const SKIPPED: Partial<Record<ContestantName, string>> = {
  python: "python was skipped: there is no python3 of at least version 3.8 on this machine",
};

const BASES: Readonly<Record<Basis, string>> = { rate: "rate", perCpu: "rate per CPU" };

type FiguresByName = LoadResult["figures"];

/** Both ratios of a contestant: beats per second, and beats per second of CPU. */
function ratios(
  figures: FiguresByName,
  name: ContestantName,
  reference: ContestantName,
): Record<Basis, Spread> | undefined {
  const [own = [], others = []] = [figures.get(name), figures.get(reference)];
  const rate = ratioSpread(own, others, ({ beatsPerSecond }) => beatsPerSecond);
  const perCpu = ratioSpread(own, others, ({ cpuUsPerBeat }) => 1 / cpuUsPerBeat);
  return rate === undefined || perCpu === undefined ? undefined : { rate, perCpu };
}

function judgeGoal({ name }: LoadScenario, goal: RateGoal, figures: FiguresByName): GoalResult {
  const { reference, atLeast } = goal;
  const id = `${name}-vs-${reference}`;
  const wanted = `at least ${atLeast} x ${reference} in ${goal.in.map((basis) => BASES[basis]).join(" and ")}`;
  const found = ratios(figures, "ours", reference);
  if (found === undefined) return { id, wanted, found: `${reference} did not run`, isReached: undefined };
  return {
    id,
    wanted,
    found: goal.in.map((basis) => formatSpread(found[basis])).join(" and "),
    isReached: goal.in.every((basis) => found[basis].median >= atLeast),
  };
}

function ratioCells(figures: FiguresByName, name: ContestantName, reference: ContestantName): readonly string[] {
  const found = ratios(figures, name, reference);
  return found === undefined ? ["", ""] : [formatSpread(found.rate), formatSpread(found.perCpu)];
}

const spreadText = (figures: readonly LoadFigures[], figure: (figures: LoadFigures) => number): string =>
  formatSpread(spreadOf(figures.map(figure)));

const formatPercent = (share: number): string => `${(100 * share).toFixed(0)} %`;
