import type { Table } from "../report/table.ts";
import { formatFigure, formatSpread, type Spread, spreadOf } from "../stats.ts";
import type { GoalResult } from "../suite.ts";
import type { CrowdFigures, CrowdResult } from "./crowd-rounds.ts";
import { ratioSpread } from "./ratios.ts";

const CPU_TIMES_MAX = 1.25;
const BYTES_PER_PEER_MAX = 10_000;
const LATENESS_TIMES_MAX = 1.3;

export function crowdTable({ peers, figures }: CrowdResult): Table {
  const bare = figures.get("bare") ?? [];
  return {
    title: `${peers.toLocaleString("en-US")} peers, one beat per second to each, from one process`,
    columns: [
      "prober",
      "beats/s",
      "CPU of a core",
      "CPU us/beat",
      "late p50 ms",
      "late p99 ms",
      "RSS KB/peer",
      "heap KB/peer",
      "CPU / bare",
      "late p99 / bare",
    ],
    rows: [...figures].map(([name, own]) => {
      const spread = (figure: (figures: CrowdFigures) => number, format = formatFigure): string =>
        formatSpread(spreadOf(own.map(figure)), format);
      return [
        name,
        spread(({ beatsPerSecond }) => beatsPerSecond),
        spread(
          ({ busyShare }) => busyShare,
          (share) => `${(100 * share).toFixed(1)} %`,
        ),
        spread(({ cpuUsPerBeat }) => cpuUsPerBeat),
        spread(({ p50LateMs }) => p50LateMs),
        spread(({ p99LateMs }) => p99LateMs),
        spread(({ rssBytesPerPeer }) => rssBytesPerPeer / 1_000),
        spread(({ heapBytesPerPeer }) => heapBytesPerPeer / 1_000),
        ...(name === "bare" ? ["1", "1"] : [ratio(own, bare, "busyShare"), ratio(own, bare, "p99LateMs")]),
      ];
    }),
  };
}

export function crowdGoals({ figures }: CrowdResult): readonly GoalResult[] {
  const [ours = [], bare = []] = [figures.get("ours"), figures.get("bare")];
  const atMost = (id: string, wanted: string, found: Spread | undefined, limit: number, format = formatFigure) => {
    if (found === undefined) return { id, wanted, found: "did not run", isReached: undefined };
    return { id, wanted, found: formatSpread(found, format), isReached: found.median <= limit };
  };
  const memory = spreadOf(ours.map(({ rssBytesPerPeer }) => rssBytesPerPeer));
  return [
    atMost(
      "crowd-cpu",
      `at most ${CPU_TIMES_MAX} x the CPU time of bare`,
      ratioSpread(ours, bare, ({ busyShare }) => busyShare),
      CPU_TIMES_MAX,
    ),
    atMost(
      "crowd-memory",
      "at most 10 KB of RSS per peer",
      memory,
      BYTES_PER_PEER_MAX,
      (bytes) => `${formatFigure(bytes / 1_000)} KB`,
    ),
    atMost(
      "crowd-lateness",
      `at most ${LATENESS_TIMES_MAX} x the p99 lateness of bare`,
      ratioSpread(ours, bare, ({ p99LateMs }) => p99LateMs),
      LATENESS_TIMES_MAX,
    ),
  ];
}

function ratio(own: readonly CrowdFigures[], bare: readonly CrowdFigures[], key: "busyShare" | "p99LateMs"): string {
  const found = ratioSpread(own, bare, (figures) => figures[key]);
  return found === undefined ? "" : formatSpread(found);
}
