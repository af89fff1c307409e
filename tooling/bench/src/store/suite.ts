import { type NodeChild, startNodeChild } from "../children/node-child.ts";
import { rotated } from "../heartbeat/rounds.ts";
import { formatSpread, spreadOf } from "../stats.ts";
import type { GoalResult, Plan, Suite, SuiteReport } from "../suite.ts";
import type { KeepFigures, KeepSettings } from "./keeper-process.ts";
import { groupGoals, groupTable } from "./report.ts";
import { KEEPERS, type KeeperName } from "./task-keeper.ts";
import { TASK_BYTES } from "./workload.ts";

const METHOD = [
  `Tasks of ${TASK_BYTES} bytes are accepted and then ended, in groups, each of which is durable before its write is ` +
    "answered. Two streams of groups are under way, so that one group is made and waits while the other is written. Every " +
    "contestant works in a process of its own, round after round, in another order each time, on an empty directory of " +
    "the folder for temporary files. A figure is the median over the rounds with its least and greatest value; a ratio compares " +
    "two figures of the same round.",
  "- **ours**: `task-store-sqlite` as a master has it.\n" +
    "- **log**: the same tasks and ends as lines of JSON, written by a thread to the end of a file, with an `fdatasync` " +
    "per group. It cannot find, list or forget anything, and never looks at what it has written.\n" +
    "- **nothing**: keeps nothing; this is what it costs to make the tasks.",
  "CPU us/task is user and system time of the whole process, both threads, for accepting and ending one task. A group's " +
    "time runs from the call to its answer, and so includes the wait for the group before.",
];

const GROUP_SIZES = [1, 10, 100, 1_000];
const REOPEN = "reopen";
const REOPEN_MAX_MS = 2_000;

const scenarioOf = (groupSize: number): string => `group-${groupSize}`;

/** Our durable store against the least that durability costs. */
export const storeSuite: Suite = {
  name: "store",
  summary: "tasks made durable per second, against an append-only log, and how long a restart takes",
  scenarios: [...GROUP_SIZES.map(scenarioOf), REOPEN],
  async run(plan, progress) {
    const parts: Part[] = [];
    const isWanted = (name: string): boolean => plan.only.length === 0 || plan.only.includes(name);
    for (const groupSize of GROUP_SIZES) {
      if (isWanted(scenarioOf(groupSize))) parts.push(await runGroups(groupSize, plan, progress));
    }
    if (isWanted(REOPEN)) parts.push(await runReopen(plan, progress));
    return {
      title: "Store",
      method: METHOD,
      tables: parts.flatMap(({ tables }) => tables),
      goals: parts.flatMap(({ goals }) => goals),
      remarks: [],
      profiles: [],
    };
  },
};

type Part = Pick<SuiteReport, "tables" | "goals">;
type Progress = (line: string) => void;

async function runGroups(groupSize: number, { isQuick, rounds }: Plan, progress: Progress): Promise<Part> {
  const times = isQuick ? { warmUpMs: 50, windowMs: 200 } : { warmUpMs: 500, windowMs: 1_000 };
  const figures = new Map<KeeperName, KeepFigures[]>(KEEPERS.map((name) => [name, []]));
  const children = new Map<KeeperName, NodeChild>(KEEPERS.map((name) => [name, startKeeper()]));
  const count = rounds ?? (isQuick ? 1 : 7);
  try {
    for (let round = 0; round < count; round++) {
      progress(`${scenarioOf(groupSize)}: round ${round + 1} of ${count}`);
      for (const keeper of rotated(KEEPERS, round)) {
        const settings: KeepSettings = { keeper, groupSize, ...times };
        const found = await children.get(keeper)?.call<KeepFigures>("keep", settings);
        if (found !== undefined) figures.get(keeper)?.push(found);
      }
    }
  } finally {
    await Promise.all([...children.values()].map((child) => child.stop()));
  }
  return { tables: [groupTable(groupSize, figures)], goals: groupGoals(groupSize, figures) };
}

const startKeeper = (): NodeChild => startNodeChild(new URL("./keeper-process.ts", import.meta.url));

async function runReopen({ isQuick, rounds }: Plan, progress: Progress): Promise<Part> {
  const tasks = isQuick ? 5_000 : 100_000;
  const tookMs: number[] = [];
  for (let round = 0; round < (rounds ?? (isQuick ? 1 : 3)); round++) {
    progress(`${REOPEN}: round ${round + 1}`);
    const child = startKeeper();
    try {
      tookMs.push(await child.call<number>("reopen", tasks));
    } finally {
      await child.stop();
    }
  }
  const spread = spreadOf(tookMs);
  const goal: GoalResult = {
    id: "store-reopen",
    wanted: `at most ${REOPEN_MAX_MS} ms`,
    found: `${formatSpread(spread)} ms`,
    isReached: isQuick ? undefined : spread.median <= REOPEN_MAX_MS,
  };
  const title = "Opening and loading, each page and each row checked";
  const rows = [[tasks.toLocaleString("en-US"), formatSpread(spread)]];
  return { tables: [{ title, columns: ["unfinished tasks", "ms"], rows }], goals: [goal] };
}
