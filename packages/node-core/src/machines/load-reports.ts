import {
  after,
  type ConnId,
  type DurationMs,
  type Endpoint,
  type InstantMs,
  type NodeId,
  type Prng,
} from "@mutirao/primitives";
import type { FarmFigures, NeighbourFigures, PerformanceReport } from "@mutirao/protocol";
import type { RegistryEntry } from "@mutirao/registry";
import type { CloseReason } from "@mutirao/transport";
import type { HostFigures } from "../master-events.ts";
import type { Notice } from "../notices.ts";
import type { Attempts } from "./attempts.ts";
import type { Backlog } from "./backlog.ts";
import type { ConnNumbers } from "./conn-numbers.ts";
import type { Farm } from "./farm.ts";
import type { Lending } from "./lending/lending.ts";
import type { Load } from "./load.ts";
import type { MasterOutbox } from "./outbox.ts";
import { createRecentNotices, type RecentNotices } from "./recent-notices.ts";
import { extensionOf } from "./report-extension.ts";
import { createSinceReport, type SinceReport } from "./since-report.ts";
import type { WallClock } from "./wall-clock.ts";

/**
 * Reports to a supervisor: one line on a connection of its own, again and again, never answered. One that cannot be
 * reached costs nothing but a counted failure.
 */
export interface LoadReports {
  onStarted(now: InstantMs): void;
  /** @param http where the HTTP API listens, if there is one. */
  onMeasured(figures: HostFigures, http: Endpoint | undefined): void;
  /** A task was given to a worker, after it had waited for so long. */
  onBegun(waitMs: DurationMs): void;
  /** A task was done. */
  onServed(): void;
  /** This master has something to tell its operator; a supervisor may want to know as well. */
  onNotice(notice: Notice, now: InstantMs): void;
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
  readonly lending: Pick<Lending, "loans" | "whereabouts" | "unseen" | "figures">;
  readonly peers: () => readonly RegistryEntry[];
  readonly prng: Prng;
}

interface State extends LoadReportsTools {
  readonly options: LoadReportsOptions;
  figures: HostFigures | undefined;
  http: Endpoint | undefined;
  readonly since: SinceReport;
  readonly notices: RecentNotices;
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
    since: createSinceReport(),
    notices: createRecentNotices(tools.clock),
    conn: undefined,
    isSent: false,
    dueAt: undefined,
    failures: 0,
  };
  return {
    onStarted(now) {
      state.since.begin(now);
      if (options.monitor !== undefined) state.dueAt = after(now, options.monitorIntervalMs);
    },
    onMeasured(figures, http) {
      state.figures = figures;
      state.http = http;
    },
    onBegun(waitMs) {
      if (options.monitor !== undefined) state.since.onBegun(waitMs);
    },
    onServed: () => state.since.onServed(),
    onNotice(notice, now) {
      if (options.monitor !== undefined) state.notices.onNotice(notice, now);
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
    extension: options.monitorWords === "class" ? undefined : extensionOf(extensionSources(state), now),
  };
}

const extensionSources = ({ options, http, since, notices, ...tools }: State) => ({
  ...tools,
  marks: options,
  http,
  since,
  notices,
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
