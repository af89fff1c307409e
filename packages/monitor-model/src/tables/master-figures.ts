import type { MonitoredMaster, SeenPeer } from "@mutirao/operator-api/monitor";
import type { EpochMs } from "@mutirao/primitives";
import { formatIsoTime, type PerformanceReport, type ReportFigures } from "@mutirao/protocol";
import { inferredState } from "../policies/inferred-state.ts";

/** What a report says of a master, as it is shown; what else is shown depends on when, and on whom one looks at. */
export type ReportedFigures = Omit<
  MonitoredMaster,
  | "id"
  | "source"
  | "isFollowed"
  | "freshness"
  | "heardAt"
  | "intervalMs"
  | "reports"
  | "peers"
  | "peersLeftOut"
  | "since"
>;

const orNull = (value: number | undefined): number | null => value ?? null;

const states: readonly string[] = ["NORMAL", "SATURATED", "STALLED"];

export function figuresOf(report: PerformanceReport, nowAt: EpochMs): ReportedFigures {
  const { extension, farm, system, sentAt } = report;
  const told = states.find((state) => state === extension?.state) as MonitoredMaster["state"] | undefined;
  const isInferred = extension === undefined || told === undefined;
  const state = told ?? inferredState(inferenceOf(report));
  return {
    isOurs: extension !== undefined,
    http: extension?.http ?? null,
    clockSkewMs: sentAt === undefined ? null : Math.round(sentAt - nowAt),
    state,
    causes: isInferred ? inferredCauses(state) : [...extension.causes],
    isInferred,
    backlog: orNull(farm.tasksPending),
    running: orNull(farm.tasksRunning),
    ...loadFigures(extension?.figures ?? {}, report.maxTask),
    workers: workerCounts(report),
    machine: nulls(system),
  };
}

const inferenceOf = ({ farm, maxTask }: PerformanceReport) => ({
  pending: farm.tasksPending,
  maxTask,
  workersAlive: farm.workersAlive,
});

const inferredCauses = (state: MonitoredMaster["state"]): string[] =>
  state === "SATURATED" ? ["backlog"] : state === "STALLED" ? ["workers"] : [];

const loadFigures = (figures: ReportFigures, maxTask: number | undefined) => ({
  backlogHigh: orNull(figures.backlogHigh ?? maxTask),
  backlogLow: orNull(figures.backlogLow),
  slots: orNull(figures.slots),
  busySlots: orNull(figures.busySlots),
  estimatedWaitMs: orNull(figures.estimatedWaitMs),
  oldestWaitMs: orNull(figures.oldestWaitMs),
  waitHighMs: orNull(figures.waitHighMs),
  waitLowMs: orNull(figures.waitLowMs),
  waitP50Ms: orNull(figures.waitP50Ms),
  waitP99Ms: orNull(figures.waitP99Ms),
  throughputPerS: orNull(figures.throughputPerS),
  arrivalsPerS: orNull(figures.arrivalsPerS),
  serviceMs: orNull(figures.serviceMs),
});

/** The class counts as borrowed what is lent, and as received what is borrowed. */
function workerCounts({ farm, extension }: PerformanceReport): MonitoredMaster["workers"] {
  const figures = extension?.figures;
  const borrowed = figures?.workersBorrowed ?? farm.workersReceived;
  const owned = farm.workersAlive === undefined ? undefined : Math.max(0, farm.workersAlive - (borrowed ?? 0));
  return {
    total: orNull(farm.workersTotal),
    alive: orNull(farm.workersAlive),
    idle: orNull(figures?.workersIdle ?? farm.workersIdle),
    owned: orNull(figures?.workersOwned ?? owned),
    lent: orNull(figures?.workersLent ?? farm.workersBorrowed),
    borrowed: orNull(borrowed),
    failed: orNull(farm.workersFailed),
    utilization: orNull(farm.workersUtilization),
  };
}

function nulls<T extends object>(figures: T): { [Name in keyof T]: Exclude<T[Name], undefined> | null } {
  const entries = Object.entries(figures).map(([name, value]) => [name, value ?? null]);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> | null };
}

const timeOrNull = (at: EpochMs | undefined): string | null => (at === undefined ? null : formatIsoTime(at));

/** The peers of a master: those that it names in our own words, else those that it names in the class's. */
export function peersOf({ extension, neighbours }: PerformanceReport): readonly SeenPeer[] {
  if (extension !== undefined && extension.peers.length >= neighbours.length) {
    return extension.peers.map(({ id, at, status, lastSeenAt }) => {
      return { id, at: at ?? null, status, lastSeenAt: timeOrNull(lastSeenAt) };
    });
  }
  return neighbours.map(({ id, isAvailable, lastHeartbeatAt }) => {
    return { id, at: null, status: isAvailable ? "ALIVE" : "TIMEOUT", lastSeenAt: timeOrNull(lastHeartbeatAt) };
  });
}
