import type { MasterHistory } from "@mutirao/operator-api/monitor";
import { computed, signal, useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { getJson } from "../live/get-json.ts";
import { state } from "../live/page.ts";
import { text } from "../live/words.ts";
import { seriesOf, type TrailColumn } from "../model/trail.ts";
import { Chart, type Curve } from "./chart.tsx";
import { Choice } from "./panel.tsx";

const ranges = ["15", "60", "360", "1440"] as const;
const minutes = signal<(typeof ranges)[number]>("60");
const POINTS_MAX = 360;
/** Steps of the last hour are ten seconds, and what is younger the page has itself. */
const REFRESH_MS = 60_000;

type Past =
  | { readonly kind: "loading" | "off" | "failed"; readonly of: string }
  | { readonly kind: "there"; readonly of: string; readonly history: MasterHistory };

const past = signal<Past>({ kind: "loading", of: "" });

async function loadPast(id: string, range: string): Promise<void> {
  const of = JSON.stringify([id, range]);
  if (past.peek().of !== of) past.value = { kind: "loading", of };
  const isOff = state.peek().status?.history.state === "off" || state.peek().status?.replay !== null;
  const query = new URLSearchParams({ master: id, minutes: range, points: `${POINTS_MAX}` });
  const history = isOff ? undefined : await getJson<MasterHistory>(`/api/history?${query}`);
  // Another may have been chosen meanwhile.
  if (past.peek().of !== of) return;
  past.value = history === undefined ? { kind: isOff ? "off" : "failed", of } : { kind: "there", of, history };
}

interface ChartKind {
  readonly title: "chartBacklog" | "chartWait" | "chartThroughput" | "chartWorkers";
  readonly isTime: boolean;
  readonly columns: readonly TrailColumn[];
}

const kinds: readonly ChartKind[] = [
  { title: "chartBacklog", isTime: false, columns: ["backlog", "backlogHigh", "backlogLow"] },
  { title: "chartWait", isTime: true, columns: ["estimatedWaitMs", "waitP50Ms", "waitP99Ms"] },
  { title: "chartThroughput", isTime: false, columns: ["throughputPerS", "busySlots"] },
  { title: "chartWorkers", isTime: false, columns: ["workersOwned", "workersBorrowed", "workersLent", "workersIdle"] },
];

/** One colour for each meaning: what is lent is of the same colour wherever it is drawn. */
const curves = computed((): Readonly<Record<TrailColumn, Curve>> => {
  const words = text.value;
  return {
    backlog: { name: words.backlog, colour: "--curve-1", fill: true },
    backlogHigh: { name: words.highMark, colour: "--curve-mark", dash: [6, 4] },
    backlogLow: { name: words.lowMark, colour: "--curve-mark", dash: [2, 4] },
    estimatedWaitMs: { name: words.estimated, colour: "--curve-1" },
    waitP50Ms: { name: words.median, colour: "--curve-2" },
    waitP99Ms: { name: words.p99, colour: "--curve-3" },
    throughputPerS: { name: words.tasksPerSecond, colour: "--curve-2", fill: true },
    busySlots: { name: words.busySlots, colour: "--curve-4" },
    slots: { name: words.busySlots, colour: "--curve-mark" },
    workersOwned: { name: words.own, colour: "--curve-1" },
    workersBorrowed: { name: words.borrowed, colour: "--borrowed" },
    workersLent: { name: words.lent, colour: "--lent" },
    workersIdle: { name: words.idle, colour: "--curve-4", dash: [2, 3] },
  };
});

interface ChartsProps {
  readonly id: string;
  readonly intervalMs: number;
}

/** How a master was over time. */
export function Charts({ id, intervalMs }: ChartsProps) {
  const words = text.value;
  const range = minutes.value;
  useEffect(() => {
    void loadPast(id, range);
    const timer = setInterval(() => void loadPast(id, range), REFRESH_MS);
    return () => clearInterval(timer);
  }, [id, range]);
  const history = past.value.kind === "there" && past.value.history.master === id ? past.value.history : undefined;
  const trail = useComputed(() => state.value.trails.get(id) ?? []).value;
  const series = useMemo(
    () => kinds.map(({ columns }) => seriesOf(history, trail, columns, intervalMs)),
    [history, trail, intervalMs],
  );
  const { kind } = past.value;
  const hint = { loading: words.historyLoading, off: words.noHistory, failed: words.historyError, there: "" }[kind];
  return (
    <div class="charts">
      <div class="bar">
        <Choice
          label={words.lastMinutes}
          value={minutes.value}
          choices={ranges.map((range) => [range, words.rangeLabels[range]] as const)}
          onChoose={(range) => {
            minutes.value = range;
          }}
        />
        <span class="hint" role="status">
          {hint}
        </span>
      </div>
      <div class="chart-grid">
        {kinds.map(({ title, isTime, columns }, n) => (
          <Chart
            key={title}
            title={words[title]}
            isTime={isTime}
            curves={columns.map((name) => curves.value[name])}
            columns={series[n] ?? [[]]}
          />
        ))}
      </div>
    </div>
  );
}
