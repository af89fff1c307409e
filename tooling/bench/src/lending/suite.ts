import type { Suite } from "../suite.ts";
import { runCells } from "./cells.ts";
import { judgeGoals } from "./goals.ts";
import { workloadTable } from "./report.ts";
import { CONDITIONS, SERVICE_MS, WORKERS_EACH, workloads } from "./workloads.ts";

const METHOD = [
  "How well lending balances, in virtual time: the production cores of masters and workers, with the real lines between them, on the " +
    "virtual machines and the network of the simulator. Nothing is lost and nobody crashes; what a master decides takes it no time, " +
    "and a commit of its store 0.2 to 0.5 ms. Apart from an interval of 1 s, masters and workers have their defaults.",
  "All worlds get the same tasks at the same moments, drawn per seed. " +
    `Every master has ${WORKERS_EACH} workers of its own with one slot each; tasks take ${SERVICE_MS} ms on average, ` +
    `exponentially distributed, and come at random; a message takes ${CONDITIONS.latencyMs} ms, and a worker that goes from one ` +
    `master to another needs ${CONDITIONS.moveMs} ms on average from the one's word to its own first word to the other, ` +
    "both drawn between half and one and a half of it. A figure is the median over the seeds with " +
    "its least and greatest value.",
  "- **IDEAL**, computed from the trace: one queue before all workers, which are wherever they are needed at once, and know of " +
    "their next task at once. Nobody can reach it. **IDEAL-P**: the same, but a worker takes its own master's oldest task first.\n" +
    "- **NONE**: our masters, which do not know each other.\n" +
    "- **CLASS**: every 1 to 3 s a master looks whether 10 tasks wait, asks every neighbour for one or two idle workers, not again for 10 s, " +
    "and returns all as soon as it sees fewer. This one is a model, in which workers get their next task at once and nothing is committed.\n" +
    "- **LEND**: our masters, each a peer of all others.",
  "A task is hot if more comes to its master, at that time, than its own workers can do; *the others* are masters that are never hot. p99 and " +
    "mean are of the time from a task's coming to its end. A move is one relocation of one worker, so out and back are two; " +
    "counting ends with the last task. The first borrowed task counts from a master's becoming hot; among several such times, the median. Jain's index compares the means of the masters that are hot: 1 is perfectly even.",
];

/** The more masters, the more tasks there are in each run, and the longer it takes. */
const seedsFor = (masters: number): number => (masters <= 8 ? 3 : 2);
const QUICK_MASTERS_MAX = 8;

/** How well masters that lend each other workers do beside an ideal. */
export const lendingSuite: Suite = {
  name: "lending",
  summary: "how well lending balances, in virtual time: ratios to an ideal, moves and messages",
  scenarios: workloads.map(({ name }) => name),
  async run({ isQuick, only, rounds }, progress) {
    const wanted = workloads.filter(({ name }) => only.length === 0 || only.includes(name));
    const plans = wanted.flatMap((workload) =>
      workload.sizes
        .filter((masters) => !isQuick || masters <= QUICK_MASTERS_MAX)
        .map((masters) => ({ workload, masters, isQuick, seeds: rounds ?? (isQuick ? 1 : seedsFor(masters)) })),
    );
    const cells = await runCells(plans, progress);
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
