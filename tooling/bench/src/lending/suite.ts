import type { Suite } from "../suite.ts";
import { type Cell, runCell } from "./cells.ts";
import { judgeGoals } from "./goals.ts";
import { classLending } from "./model/class-lending.ts";
import { noLending } from "./model/no-lending.ts";
import { policyLending } from "./model/policy-lending.ts";
import { workloadTable } from "./report.ts";
import { CONDITIONS, SERVICE_MS, WORKERS_EACH, workloads } from "./workloads.ts";

const METHOD = [
  "How well lending balances, in virtual time. **This is a model of masters, not the whole production core**: what decides " +
    "are the policy functions of `node-core` that masters decide by, but the masters around them, what they say to each other " +
    "and their workers are a few hundred lines in which no message is lost and nobody crashes. It says what the judgements are " +
    "worth, and nothing of the handshake, of restarts, of more than 64 masters or of the price of heartbeats.",
  "All worlds get the same tasks at the same moments, drawn per seed. " +
    `Every master has ${WORKERS_EACH} workers of its own with one slot each; tasks take ${SERVICE_MS} ms on average, ` +
    `exponentially distributed, and come at random; a message takes ${CONDITIONS.latencyMs} ms and a worker's move ` +
    `${CONDITIONS.moveMs} ms on average, drawn between half and one and a half of it. A figure is the median over the seeds with ` +
    "its least and greatest value.",
  "- **IDEAL**, computed from the trace: one queue before all workers, which are wherever they are needed at once. Nobody can reach it. " +
    "**IDEAL-P**: the same, but a worker takes its own master's oldest task first.\n" +
    "- **NONE**: every master for itself.\n" +
    "- **CLASS**: every 1 to 3 s a master looks whether 10 tasks wait, asks every neighbour for one or two idle workers, not again for 10 s, " +
    "and returns all as soon as it sees fewer.\n" +
    "- **LEND**: ours.",
  "A task is hot if more comes to its master, at that time, than its own workers can do; *the others* are masters that are never hot. p99 and " +
    "mean are of the time from a task's coming to its end. A move is one relocation of one worker, so out and back are two; " +
    "counting ends with the last task. The first borrowed task counts from a master's becoming hot; among several such times, the median. Jain's index compares the means of the masters that are hot: 1 is perfectly even.",
];

const SEEDS = 5;
const QUICK_MASTERS_MAX = 8;

/** How well masters that lend each other workers do beside an ideal. */
export const lendingSuite: Suite = {
  name: "lending",
  summary: "how well lending balances, in a model: ratios to an ideal, moves and messages",
  scenarios: workloads.map(({ name }) => name),
  async run({ isQuick, only, rounds }, progress) {
    const cells: Cell[] = [];
    const wanted = workloads.filter(({ name }) => only.length === 0 || only.includes(name));
    for (const workload of wanted) {
      for (const masters of workload.sizes) {
        if (isQuick && masters > QUICK_MASTERS_MAX) continue;
        progress(`${workload.name}: ${masters} masters`);
        const seeds = rounds ?? (isQuick ? 1 : SEEDS);
        const worlds = [noLending, classLending, policyLending] as const;
        cells.push(await runCell(workload, { masters, seeds, isQuick, worlds }));
      }
    }
    return {
      title: "Lending",
      method: METHOD,
      tables: wanted.map((workload) => workloadTable(cells.filter((cell) => cell.workload === workload))),
      goals: judgeGoals(cells, !isQuick),
      remarks: [],
      profiles: [],
    };
  },
};
