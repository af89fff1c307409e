import { formatFigure, formatSpread, spreadOf } from "../stats.ts";
import type { Suite } from "../suite.ts";
import type { ClusterSize } from "./cluster.ts";
import { measureMonitor } from "./rounds.ts";

const CPU_MAX_SHARE = 0.25;

const METHOD = [
  "A load monitor with its history on the disk and one client of `/events`, and a cluster whose masters each send a report of ours, " +
    "with their workers by name, on a connection of its own, spread evenly over the interval. CPU is that of the whole process of the " +
    "monitor, as it tells it itself, in shares of one core.",
];

/** What it costs to watch a large cluster. */
export const monitorSuite: Suite = {
  name: "monitor",
  summary: "the CPU time of a load monitor that watches a large cluster",
  scenarios: ["cluster"],
  async run({ isQuick, rounds }, progress) {
    const size: ClusterSize = isQuick
      ? { masters: 50, workersEach: 10, intervalMs: 1_000 }
      : { masters: 500, workersEach: 10, intervalMs: 10_000 };
    const [shares, rows]: [number[], string[][]] = [[], []];
    for (let round = 1; round <= (rounds ?? 1); round++) {
      progress(`cluster: ${size.masters} masters, round ${round}`);
      const usage = await measureMonitor(size, isQuick ? 1_000 : 30_000);
      shares.push(usage.cpuShare);
      const figures = [100 * usage.cpuShare, usage.reportsPerS, usage.rssMb, usage.eventsKbPerS];
      rows.push([String(round), ...figures.map(formatFigure)]);
    }
    const spread = spreadOf(shares.map((share) => 100 * share));
    const workers = size.masters * size.workersEach;
    const title = `${size.masters} masters with ${workers} workers, a report every ${size.intervalMs / 1_000} s`;
    return {
      title: "Load monitor",
      method: METHOD,
      tables: [{ title, columns: ["round", "CPU, % of a core", "reports/s", "memory, MB", "events, KB/s"], rows }],
      goals: [
        {
          id: "monitor-cpu",
          wanted: `at most ${100 * CPU_MAX_SHARE} % of a core`,
          found: `${formatSpread(spread)} %`,
          isReached: spread.max <= 100 * CPU_MAX_SHARE,
        },
      ],
      remarks: [],
      profiles: [],
    };
  },
};
