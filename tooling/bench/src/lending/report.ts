import type { Table } from "../report/table.ts";
import { formatSpread, spreadOf } from "../stats.ts";
import type { Cell } from "./cells.ts";
import type { Measures } from "./measures.ts";

interface Column {
  readonly title: string;
  readonly of: (measures: Measures) => number | undefined;
}

const burstColumns: readonly Column[] = [
  { title: "makespan / IDEAL", of: ({ makespan }) => makespan },
  { title: "hot p99 / IDEAL-P", of: ({ hotP99Private }) => hotP99Private },
  { title: "others' p99 / NONE", of: ({ othersP99ToNone }) => othersP99ToNone },
  { title: "first borrowed task, ms", of: ({ reactionMs }) => reactionMs },
  { title: "moves / lent worker", of: ({ movesPerLentWorker }) => movesPerLentWorker },
  { title: "messages / task", of: ({ messagesPerTask }) => messagesPerTask },
];

const streamColumns: readonly Column[] = [
  { title: "p99 / IDEAL", of: ({ p99 }) => p99 },
  { title: "mean / IDEAL", of: ({ mean }) => mean },
  { title: "hot p99 / IDEAL", of: ({ hotP99 }) => hotP99 },
  { title: "hot p99 / IDEAL-P", of: ({ hotP99Private }) => hotP99Private },
  { title: "p99 / NONE", of: ({ p99ToNone }) => p99ToNone },
  { title: "others' p99 / NONE", of: ({ othersP99ToNone }) => othersP99ToNone },
  { title: "first borrowed task, ms", of: ({ reactionMs }) => reactionMs },
  { title: "moves / 1,000", of: ({ movesPerThousand }) => movesPerThousand },
  { title: "messages / task", of: ({ messagesPerTask }) => messagesPerTask },
  { title: "Jain", of: ({ fairness }) => fairness },
];

/** One workload: a row for each number of masters and each world; without what nobody has a figure for. */
export function workloadTable(cells: readonly Cell[]): Table {
  const [first] = cells;
  const rows = cells.flatMap(({ masters, figures }) =>
    [...figures].map(([world, measures]) => ({ name: `${masters} masters, ${world}`, measures })),
  );
  const columns = (first?.workload.kind === "burst" ? burstColumns : streamColumns).filter(({ of }) =>
    rows.some(({ measures }) => measures.some((own) => of(own) !== undefined)),
  );
  return {
    title: first?.workload.title ?? "",
    columns: ["", ...columns.map(({ title }) => title)],
    rows: rows.map(({ name, measures }) => [name, ...columns.map(({ of }) => cellText(measures, of))]),
  };
}

function cellText(measures: readonly Measures[], of: Column["of"]): string {
  const figures = measures.flatMap((own) => of(own) ?? []);
  return figures.length === 0 ? "" : formatSpread(spreadOf(figures));
}
