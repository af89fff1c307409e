import type { Table } from "../report/table.ts";
import { formatFigure, formatSpread, spreadOf } from "../stats.ts";
import type { GoalResult, Plan, Suite } from "../suite.ts";
import { measureGaps, measureVerdicts } from "./rounds.ts";

const LATE_MAX_MS = 50;
const OFF_MAX_SHARE = 0.02;

const METHOD = [
  "Our node and its peers run in two processes on loopback. **Verdicts**: all peers answer, then fall silent together; " +
    "late is the time from `last_seen + timeout` to the moment at which the node says TIMEOUT, on the node's clock.",
  "**Regularity**: one peer answers; the others take connections and never answer, refuse them, or have names that do " +
    "not resolve. Off is how far the time between two beats is from the interval, noted by the peer that answers.",
];

/** Whether verdicts and beats come when they are promised. */
export const punctualitySuite: Suite = {
  name: "punctuality",
  summary: "verdicts at last_seen + timeout, and a beat per interval whatever the other peers do",
  scenarios: ["verdicts", "regularity"],
  async run(plan, progress) {
    const isWanted = (name: string): boolean => plan.only.length === 0 || plan.only.includes(name);
    const verdicts = isWanted("verdicts") ? await runVerdicts(plan, progress) : undefined;
    const regularity = isWanted("regularity") ? await runRegularity(plan, progress) : undefined;
    const parts = [verdicts, regularity].flatMap((part) => part ?? []);
    return {
      title: "Punctuality",
      method: METHOD,
      tables: parts.map(({ table }) => table),
      goals: parts.flatMap(({ goals }) => goals),
      remarks: [],
      profiles: [],
    };
  },
};

interface Part {
  readonly table: Table;
  readonly goals: readonly GoalResult[];
}

type Progress = (line: string) => void;

async function runVerdicts({ isQuick, rounds }: Plan, progress: Progress): Promise<Part> {
  const rhythm = isQuick ? { intervalMs: 200, timeoutMs: 600 } : { intervalMs: 1_000, timeoutMs: 3_000 };
  const rows: string[][] = [];
  const goals: GoalResult[] = [];
  for (const peers of isQuick ? [1, 100] : [1, 1_000]) {
    const worst: number[] = [];
    const typical: number[] = [];
    for (let round = 0; round < (rounds ?? (isQuick ? 1 : 5)); round++) {
      progress(`verdicts: ${peers} peers, round ${round + 1}`);
      const lateMs = await measureVerdicts(peers, rhythm);
      worst.push(Math.max(...lateMs));
      typical.push(spreadOf(lateMs).median);
    }
    const [median, latest] = [spreadOf(typical), spreadOf(worst)];
    rows.push([String(peers), formatSpread(median), formatSpread(latest)]);
    goals.push({
      id: `verdicts-${peers}`,
      wanted: `late by at most ${LATE_MAX_MS} ms, in every round`,
      found: `${formatSpread(latest)} ms`,
      isReached: latest.max <= LATE_MAX_MS,
    });
  }
  const title = `TIMEOUT, an interval of ${rhythm.intervalMs} ms and a timeout of ${rhythm.timeoutMs} ms`;
  return { table: { title, columns: ["peers", "late, median ms", "late, latest ms"], rows }, goals };
}

const NAMES = Array.from({ length: 16 }, (_, index) => `nobody-${index}.invalid`);

async function runRegularity({ isQuick, rounds }: Plan, progress: Progress): Promise<Part> {
  const intervalMs = isQuick ? 200 : 1_000;
  const streets = [
    { name: "none", others: { mute: 0, absent: 0 }, names: [] },
    { name: "100 mute", others: { mute: 100, absent: 0 }, names: [] },
    { name: "100 refusing", others: { mute: 0, absent: 100 }, names: [] },
    { name: "16 unresolvable names", others: { mute: 0, absent: 0 }, names: NAMES },
    { name: "all of these", others: { mute: 100, absent: 100 }, names: NAMES },
  ];
  const rows: string[][] = [];
  const offs: number[] = [];
  for (const { name, others, names } of streets) {
    const gaps: number[] = [];
    for (let round = 0; round < (rounds ?? 1); round++) {
      progress(`regularity: ${name}, round ${round + 1}`);
      const rhythm = { intervalMs, timeoutMs: 3 * intervalMs };
      gaps.push(...(await measureGaps(others, names, rhythm, isQuick ? 5 : 20)));
    }
    const off = gaps.map((gapMs) => Math.abs(gapMs - intervalMs) / intervalMs);
    offs.push(Math.max(...off));
    const percent = (share: number): string => `${formatFigure(100 * share)} %`;
    rows.push([name, String(gaps.length), percent(spreadOf(off).median), percent(Math.max(...off))]);
  }
  const worst = Math.max(...offs);
  const goal: GoalResult = {
    id: "regularity",
    wanted: `every beat within ${100 * OFF_MAX_SHARE} % of the interval`,
    found: `${formatFigure(100 * worst)} % at worst`,
    isReached: worst <= OFF_MAX_SHARE,
  };
  const title = `Beats to a live peer, an interval of ${intervalMs} ms`;
  return { table: { title, columns: ["other peers", "beats", "off, median", "off, worst"], rows }, goals: [goal] };
}
