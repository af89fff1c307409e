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
import type { Attempts } from "./attempts.ts";
import type { Backlog } from "./backlog.ts";
import type { ConnNumbers } from "./conn-numbers.ts";
import type { Farm } from "./farm.ts";
import type { MasterOutbox } from "./outbox.ts";
import type { WallClock } from "./wall-clock.ts";

/**
 * Reports to a supervisor: one line on a connection of its own, again and again, never answered. One that cannot be
 * reached costs nothing but a counted failure.
 */
export interface LoadReports {
  onStarted(now: InstantMs): void;
  onMeasured(figures: HostFigures): void;
  onDialSucceeded(conn: ConnId, now: InstantMs): void;
  onClosed(conn: ConnId, reason: CloseReason): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface LoadReportsOptions {
  readonly selfId: NodeId;
  readonly monitor: Endpoint | undefined;
  readonly monitorIntervalMs: DurationMs;
  readonly backlogHigh: number;
}

export interface LoadReportsTools {
  readonly outbox: MasterOutbox;
  readonly clock: WallClock;
  readonly conns: ConnNumbers;
  readonly farm: Farm;
  readonly backlog: Backlog;
  readonly attempts: Attempts;
  readonly peers: () => readonly RegistryEntry[];
  readonly prng: Prng;
}

interface State extends LoadReportsTools {
  readonly options: LoadReportsOptions;
  figures: HostFigures | undefined;
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
    conn: undefined,
    isSent: false,
    dueAt: undefined,
    failures: 0,
  };
  return {
    onStarted(now) {
      if (options.monitor !== undefined) state.dueAt = after(now, options.monitorIntervalMs);
    },
    onMeasured(figures) {
      state.figures = figures;
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
  };
}

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
