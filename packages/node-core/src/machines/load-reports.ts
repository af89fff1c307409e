import {
  after,
  type ConnId,
  type DurationMs,
  type Endpoint,
  elapsed,
  formatEndpoint,
  type InstantMs,
  type NodeId,
  type Prng,
} from "@mutirao/primitives";
import type {
  FarmFigures,
  NeighbourFigures,
  PerformanceReport,
  ReportExtension,
  ReportedPeer,
  ReportedWorker,
  ReportFigures,
} from "@mutirao/protocol";
import type { RegistryEntry } from "@mutirao/registry";
import type { CloseReason } from "@mutirao/transport";
import type { HostFigures } from "../master-events.ts";
import type { LoadView } from "../master-views.ts";
import type { Attempts } from "./attempts.ts";
import type { Backlog } from "./backlog.ts";
import type { ConnNumbers } from "./conn-numbers.ts";
import type { Farm } from "./farm.ts";
import type { Load } from "./load.ts";
import { statusWords } from "./master-view.ts";
import type { MasterOutbox } from "./outbox.ts";
import type { WallClock } from "./wall-clock.ts";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * Reports to a supervisor: one line on a connection of its own, again and again, never answered. One that cannot be
 * reached costs nothing but a counted failure.
 */
export interface LoadReports {
  onStarted(now: InstantMs): void;
  /** @param http where the HTTP API listens, if there is one. */
  onMeasured(figures: HostFigures, http: Endpoint | undefined): void;
  /** A task was done. */
  onServed(): void;
  onDialSucceeded(conn: ConnId, now: InstantMs): void;
  onClosed(conn: ConnId, reason: CloseReason): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface LoadReportsOptions {
  readonly selfId: NodeId;
  readonly monitor: Endpoint | undefined;
  readonly monitorIntervalMs: DurationMs;
  readonly monitorWords: "ours" | "class";
  readonly backlogHigh: number;
  readonly backlogLow: number;
  readonly waitHighMs: DurationMs | undefined;
  readonly waitLowMs: DurationMs | undefined;
}

export interface LoadReportsTools {
  readonly outbox: MasterOutbox;
  readonly clock: WallClock;
  readonly conns: ConnNumbers;
  readonly farm: Farm;
  readonly backlog: Backlog;
  readonly attempts: Attempts;
  readonly load: Load;
  readonly peers: () => readonly RegistryEntry[];
  readonly prng: Prng;
}

interface State extends LoadReportsTools {
  readonly options: LoadReportsOptions;
  figures: HostFigures | undefined;
  http: Endpoint | undefined;
  /** Tasks done since the report before, and when that was. */
  served: number;
  servedSince: InstantMs | undefined;
  conn: ConnId | undefined;
  isSent: boolean;
  dueAt: InstantMs | undefined;
  failures: number;
}

export function createLoadReports(options: LoadReportsOptions, tools: LoadReportsTools): LoadReports {
  const state: State = {
    ...tools,
    options,
    figures: undefined,
    http: undefined,
    served: 0,
    servedSince: undefined,
    conn: undefined,
    isSent: false,
    dueAt: undefined,
    failures: 0,
  };
  return {
    onStarted(now) {
      state.servedSince = now;
      if (options.monitor !== undefined) state.dueAt = after(now, options.monitorIntervalMs);
    },
    onMeasured(figures, http) {
      state.figures = figures;
      state.http = http;
    },
    onServed() {
      state.served++;
    },
    onDialSucceeded(conn, now) {
      if (conn !== state.conn || state.figures === undefined) return;
      state.isSent = true;
      state.outbox.emit({ type: "send", conn, message: reportOf(state, state.figures, now) });
      state.outbox.emit({ type: "close", conn });
    },
    onClosed(conn, reason) {
      if (conn !== state.conn) return;
      state.conn = undefined;
      if (state.isSent || options.monitor === undefined) return;
      state.failures++;
      state.outbox.notify({ kind: "report-failed", monitor: options.monitor, reason, failures: state.failures });
    },
    wake(now) {
      if (state.dueAt === undefined || now < state.dueAt || options.monitor === undefined) return;
      while (state.dueAt <= now) state.dueAt = after(state.dueAt, options.monitorIntervalMs);
      // One report at a time; and none before there is anything to report.
      if (state.conn !== undefined || state.figures === undefined) return;
      state.conn = state.conns.next();
      state.isSent = false;
      state.outbox.emit({ type: "dial", conn: state.conn, to: options.monitor });
    },
    nextDeadline: () => state.dueAt,
  };
}

function reportOf(state: State, figures: HostFigures, now: InstantMs): PerformanceReport {
  const { options, clock, prng } = state;
  return {
    kind: "performance-report",
    from: options.selfId,
    sentAt: clock.at(now),
    messageId: drawUuid(prng),
    system: figures.system,
    farm: farmFigures(state),
    maxTask: options.backlogHigh,
    neighbours: state.peers().flatMap((entry) => neighbourOf(state, entry)),
    extension: options.monitorWords === "class" ? undefined : extensionOf(state, now),
  };
}

function extensionOf(state: State, now: InstantMs): ReportExtension {
  const load = state.load.view(now);
  return {
    state: load.state,
    causes: load.causes,
    since: load.since,
    http: state.http === undefined ? undefined : formatEndpoint(state.http),
    figures: { ...marksOf(state.options), ...loadFigures(load), ...workerCounts(state), ...takeThroughput(state, now) },
    peers: state.peers().flatMap((entry) => peerOf(state, entry)),
    workers: [...state.farm.workers.values()].map(workerOf),
    loans: [],
    notices: [],
  };
}

const marksOf = ({ monitorIntervalMs, backlogHigh, backlogLow, ...marks }: LoadReportsOptions): ReportFigures => ({
  intervalMs: monitorIntervalMs,
  backlogHigh,
  backlogLow,
  ...(marks.waitHighMs === undefined ? {} : { waitHighMs: marks.waitHighMs }),
  ...(marks.waitLowMs === undefined ? {} : { waitLowMs: marks.waitLowMs }),
});

const loadFigures = (load: LoadView): ReportFigures => ({
  ...(load.estimatedWaitMs === undefined ? {} : { estimatedWaitMs: load.estimatedWaitMs }),
  oldestWaitMs: load.oldestWaitMs,
  arrivalsPerS: load.arrivalsPerS,
  ...(load.serviceMs === undefined ? {} : { serviceMs: load.serviceMs }),
  slots: load.slots,
  busySlots: load.busySlots,
  workersIdle: load.idleWorkers,
});

function workerCounts({ farm }: State): ReportFigures {
  const here = [...farm.workers.values()].filter(({ status }) => status !== "gone");
  const workersBorrowed = here.filter(({ owner }) => owner !== undefined).length;
  return { workersOwned: here.length - workersBorrowed, workersBorrowed };
}

/** What was done since the report before. */
function takeThroughput(state: State, now: InstantMs): ReportFigures {
  const { served, servedSince } = state;
  state.served = 0;
  state.servedSince = now;
  const overMs = servedSince === undefined ? 0 : elapsed(servedSince, now);
  return overMs <= 0 ? {} : { throughputPerS: (1_000 * served) / overMs };
}

function peerOf({ clock }: State, { serverId, endpoint, status, lastSeenAt }: RegistryEntry): readonly ReportedPeer[] {
  if (serverId === undefined) return [];
  const seenAt = lastSeenAt === undefined ? undefined : clock.at(lastSeenAt);
  return [{ id: serverId, at: formatEndpoint(endpoint), status, lastSeenAt: seenAt }];
}

const workerOf = ({ name, status, slots, attempts, owner }: WorkerRecord): ReportedWorker => ({
  id: name,
  status: statusWords[status],
  slots,
  busy: attempts.size,
  owner,
});

function farmFigures({ farm, backlog, attempts }: State): FarmFigures {
  let [alive, idle, busy, received, borrowed, failed] = [0, 0, 0, 0, 0, 0];
  for (const { status, attempts: held, owner } of farm.workers.values()) {
    if (status === "gone") failed++;
    else if (status === "lent") borrowed++;
    else {
      alive++;
      if (held.size === 0) idle++;
      else busy++;
      if (owner !== undefined) received++;
    }
  }
  return {
    workersTotal: farm.workers.size,
    workersUtilization: alive === 0 ? 0 : busy / alive,
    workersAlive: alive,
    workersIdle: idle,
    workersBorrowed: borrowed,
    workersReceived: received,
    workersFailed: failed,
    tasksPending: backlog.size,
    tasksRunning: attempts.running,
  };
}

function neighbourOf({ clock }: State, { serverId, status, lastSeenAt }: RegistryEntry): readonly NeighbourFigures[] {
  if (serverId === undefined) return [];
  const lastHeartbeatAt = lastSeenAt === undefined ? undefined : clock.at(lastSeenAt);
  return [{ id: serverId, isAvailable: status === "ALIVE", lastHeartbeatAt }];
}

/** A version 4 UUID (RFC 9562) from the seeded generator. It tells reports apart, and is no secret. */
function drawUuid(prng: Prng): string {
  const digits = Array.from({ length: 32 }, (_, index) => {
    if (index === 12) return "4";
    return (index === 16 ? 8 + prng.integer(0, 3) : prng.integer(0, 15)).toString(16);
  }).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}
