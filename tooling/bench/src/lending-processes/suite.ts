import { setTimeout as sleep } from "node:timers/promises";
import { formatSpread, type Spread, spreadOf } from "../stats.ts";
import type { GoalResult, Suite } from "../suite.ts";
import { startTown, type Town } from "./town.ts";

const SIZE = { masters: 3, workersEach: 4 };
const TASK_MS = 50;
/** Tasks of a burst, by the name of its row: so many for each worker of the town. */
const BURSTS = { "burst-10": 10, "burst-20": 20, "burst-50": 50 } as const;
const ROUNDS = 7;
/** Between two bursts the masters forget how many tasks came lately. */
const CALM_MS = 3_000;
const MAKESPAN_MAX = 1.15;
const REACTION_MAX_MS = 50;

const METHOD = [
  `${SIZE.masters} masters (with their defaults: durable, a beat every 2 s) that name each other as peers, and ` +
    `${SIZE.workersEach} workers of one slot for each, all processes of their own on loopback. One master is handed tasks of ` +
    `${TASK_MS} ms all at once; the others have nothing to do. Before that every worker has done tasks, so that its process for ` +
    `handlers is there, and ${CALM_MS / 1_000} s of silence follow each burst.`,
  "- **makespan / ideal**: from the moment at which the tasks are sent to the end of the last handler, by the ideal, in which " +
    "every worker of the town is there from the beginning and no message takes any time.\n" +
    "- **reaction**: from the same moment to that at which a handler begins in a borrowed worker.\n" +
    "- **borrowed**: workers of the other masters that did tasks.",
];

interface Round {
  readonly makespan: number;
  /** `undefined`: nobody came. */
  readonly reactionMs: number | undefined;
  readonly borrowed: number;
}

/** Lending between processes as one would start them: how close a burst comes to an ideal, and how soon help comes. */
export const lendingProcessesSuite: Suite = {
  name: "lending-processes",
  summary: "how soon and how well a burst on one of three masters is shared, with real processes",
  scenarios: Object.keys(BURSTS),
  async run({ isQuick, only, rounds }, progress) {
    const bursts = Object.entries(BURSTS).filter(([name]) => only.length === 0 || only.includes(name));
    const town = await startTown(SIZE);
    try {
      await warmUp(town);
      const figures = new Map<string, readonly Round[]>();
      for (const [name, tasksEach] of bursts) {
        const done: Round[] = [];
        for (let round = 1; round <= (rounds ?? (isQuick ? 1 : ROUNDS)); round++) {
          progress(`${name}: round ${round}`);
          done.push(await runRound(town, tasksEach));
        }
        figures.set(name, done);
      }
      return {
        title: "Lending between processes",
        method: METHOD,
        tables: [{ title: "A burst on one of three", columns: COLUMNS, rows: [...figures].map(rowOf) }],
        goals: [...figures].flatMap(([name, own]) => goalsOf(name, own, !isQuick)),
        remarks: [],
        profiles: [],
      };
    } finally {
      await town.stop();
    }
  },
};

const COLUMNS = ["burst", "tasks", "ideal ms", "makespan / ideal", "reaction ms", "borrowed"];
const workers = SIZE.masters * SIZE.workersEach;

async function warmUp(town: Town): Promise<void> {
  for (let master = 0; master < SIZE.masters; master++) {
    await town.burst(master, workers * 4, TASK_MS);
    await town.home();
  }
}

async function runRound(town: Town, tasksEach: number): Promise<Round> {
  await town.home();
  await sleep(CALM_MS);
  const { handedInMs, done } = await town.burst(0, tasksEach * workers, TASK_MS);
  const foreign = done.filter(({ worker }) => !town.isOwn(0, worker));
  const first = Math.min(...foreign.map(({ startedMs }) => startedMs));
  return {
    makespan: (Math.max(...done.map(({ endedMs }) => endedMs)) - handedInMs) / (tasksEach * TASK_MS),
    reactionMs: foreign.length === 0 ? undefined : first - handedInMs,
    borrowed: new Set(foreign.map(({ worker }) => worker)).size,
  };
}

const reactions = (rounds: readonly Round[]): Spread =>
  spreadOf(rounds.map(({ reactionMs }) => reactionMs ?? Number.POSITIVE_INFINITY));
const makespans = (rounds: readonly Round[]): Spread => spreadOf(rounds.map(({ makespan }) => makespan));

function rowOf([name, rounds]: readonly [string, readonly Round[]]): readonly string[] {
  const tasksEach = BURSTS[name as keyof typeof BURSTS];
  return [
    name,
    `${tasksEach * workers}`,
    `${tasksEach * TASK_MS}`,
    formatSpread(makespans(rounds)),
    formatSpread(reactions(rounds)),
    formatSpread(spreadOf(rounds.map(({ borrowed }) => borrowed))),
  ];
}

function goalsOf(name: string, rounds: readonly Round[], isJudged: boolean): readonly GoalResult[] {
  const [makespan, reaction] = [makespans(rounds), reactions(rounds)];
  return [
    {
      id: `lending-processes-${name}-makespan`,
      wanted: `makespan / ideal at most ${MAKESPAN_MAX}`,
      found: formatSpread(makespan),
      isReached: isJudged ? makespan.median <= MAKESPAN_MAX : undefined,
    },
    {
      id: `lending-processes-${name}-reaction`,
      wanted: `ms to the first borrowed task at most ${REACTION_MAX_MS}`,
      found: formatSpread(reaction),
      isReached: isJudged ? reaction.median <= REACTION_MAX_MS : undefined,
    },
  ];
}
