import {
  after,
  type DurationMs,
  durationMs,
  type Endpoint,
  elapsed,
  type InstantMs,
  type NodeId,
  seconds,
} from "@mutirao/primitives";
import { type AttemptOutcome, type Message, QUERY_TYPE, type Query, type WorkerStatus } from "@mutirao/protocol";
import type { WorkerNodeOptions } from "../options/worker-options.ts";
import type { WorkerDisconnected } from "../worker-notices.ts";
import type { WorkerOutbox } from "./outbox.ts";
import type { WorkerLink } from "./worker-link.ts";
import { failure, type WorkerRuns } from "./worker-runs.ts";
import { orderOf, statusOf, wordOf } from "./worker-words.ts";

/**
 * A task of a master that knows the class's words only, from the QUERY to the end of its report. There is one at a time,
 * as those words name no task: a result belongs to the task that the worker was given last, so the next is only asked for
 * when this one is over.
 *
 *   idle --QUERY--> working --the run ended--> reporting --ACK, or none on a connection that stays open--> idle
 *                                               |     ^
 *                         connection lost, or none    again, on a new one
 *                                               +-----+
 */
export interface WorkerPull {
  readonly phase: "idle" | "working" | "reporting";
  onQuery(query: Query, now: InstantMs): void;
  onRunEnded(outcome: AttemptOutcome, now: InstantMs): void;
  /** A connection opened, on which the report can be made. */
  onOpened(now: InstantMs): void;
  onMessage(message: Message, remote: Endpoint, now: InstantMs): void;
  /** The connection ended, or could not be opened. */
  onClosed(reason: WorkerDisconnected["reason"], now: InstantMs): void;
  onWake(now: InstantMs): void;
  /** Silence until now was our own. */
  onResumed(now: InstantMs): void;
  /** The worker is about to leave, or to move: what it has not begun it does not begin. */
  onLeaving(): void;
  /** The worker turns to another master; what it still owed to the last one is given back. */
  setAside(): ClassReport | undefined;
  /** What was owed to this master from earlier is to be reported on the next connection. */
  takeUp(report: ClassReport): void;
  nextDeadline(): InstantMs | undefined;
}

export interface WorkerPullTools {
  readonly outbox: WorkerOutbox;
  readonly link: WorkerLink;
  readonly runs: WorkerRuns;
  /** Asks for the next task, if one is wanted. */
  readonly poll: (wait: DurationMs, now: InstantMs) => void;
}

/** How a task went, and how far it has come with telling the master so. */
export interface ClassReport {
  readonly status: WorkerStatus;
  readonly since: InstantMs;
  /** When it was said last; `undefined` if it is not on its way. */
  saidAt: InstantMs | undefined;
  tries: number;
  /** How often the master took it on a connection of its own, and closed that in good order without a word. */
  takenInSilence: number;
}

interface State extends WorkerPullTools {
  readonly selfId: NodeId;
  readonly options: WorkerNodeOptions;
  phase: WorkerPull["phase"];
  report: ClassReport | undefined;
  /** The connection was opened for the report. */
  isOwnConnection: boolean;
  /** This master never acknowledges, as far as we have seen. */
  isMute: boolean;
  /** Tasks that came before their turn: some masters give two at once. */
  readonly early: Query[];
}

/** More than that at once is no mistake any more, and is ignored. */
const EARLY_MAX = 16;

const GIVEN_UP_AFTER_MS = seconds(600);
const AT_ONCE = durationMs(0);

export function createWorkerPull(selfId: NodeId, options: WorkerNodeOptions, tools: WorkerPullTools): WorkerPull {
  const state: State = {
    ...tools,
    selfId,
    options,
    phase: "idle",
    report: undefined,
    isOwnConnection: false,
    isMute: false,
    early: [],
  };
  return {
    get phase() {
      return state.phase;
    },
    onQuery: (query, now) => takeQuery(state, query, now),
    onRunEnded: (outcome, now) => ended(state, outcome, now),
    onOpened(now) {
      state.isOwnConnection = true;
      tell(state, now);
    },
    onMessage(message, remote, now) {
      if (message.kind === "status-ack" && state.report?.saidAt !== undefined) over(state, now);
      else if (message.kind === "query" && state.early.length < EARLY_MAX) state.early.push(message);
      else state.outbox.notify({ kind: "order-ignored", remote, word: wordOf(message) });
    },
    onClosed: (reason, now) => closed(state, reason, now),
    onWake(now) {
      const ackBy = nextDeadline(state);
      // Some never acknowledge. A connection that has stayed open has carried the report.
      if (ackBy !== undefined && ackBy <= now) over(state, now);
    },
    onResumed(now) {
      if (state.report?.saidAt !== undefined) state.report.saidAt = now;
    },
    onLeaving: () => void state.early.splice(0),
    setAside() {
      const { report } = state;
      state.phase = "idle";
      state.report = undefined;
      state.isMute = false;
      state.early.length = 0;
      if (report !== undefined) report.saidAt = undefined;
      return report;
    },
    takeUp(report) {
      state.phase = "reporting";
      state.report = report;
    },
    nextDeadline: () => nextDeadline(state),
  };
}

function takeQuery(state: State, query: Query, now: InstantMs): void {
  const { runs, options } = state;
  state.phase = "working";
  state.isOwnConnection = false;
  if (!options.types.includes(QUERY_TYPE)) ended(state, failure("ERR_TASK_TYPE_UNKNOWN"), now);
  // Only if tasks of a session are still running, with a master that was another then.
  else if (runs.occupied >= options.slots) ended(state, failure("ERR_WORKER_BUSY"), now);
  else runs.start(orderOf(query, options), now);
}

function ended(state: State, outcome: AttemptOutcome, now: InstantMs): void {
  const status = statusOf(state.selfId, outcome);
  state.phase = "reporting";
  state.report = { status, since: now, saidAt: undefined, tries: 0, takenInSilence: 0 };
  if (state.link.phase === "open") tell(state, now);
  else state.link.rest(AT_ONCE, now);
}

function tell({ report, link }: State, now: InstantMs): void {
  if (report === undefined) return;
  report.saidAt = now;
  report.tries += 1;
  link.send(report.status);
}

function over(state: State, now: InstantMs): void {
  const isOk = state.report?.status.isOk === true;
  state.phase = "idle";
  state.report = undefined;
  state.link.drop();
  const next = state.early.shift();
  if (next !== undefined) {
    takeQuery(state, next, now);
    return;
  }
  // Where there was a task there may be more; but what this worker cannot do it does not ask for in a row.
  state.poll(isOk ? AT_ONCE : state.options.pollMs, now);
}

function closed(state: State, { code }: WorkerDisconnected["reason"], now: InstantMs): void {
  const { report, options, link, outbox } = state;
  if (report === undefined) return;
  const { saidAt } = report;
  report.saidAt = undefined;
  // The end of an older connection may have crossed the report on its way; that of its own connection came after it.
  if (code === "CONN_ENDED" && saidAt !== undefined && state.isOwnConnection) report.takenInSilence += 1;
  if (report.takenInSilence >= (state.isMute ? 1 : 2)) {
    state.isMute = true;
    over(state, now);
    return;
  }
  if (elapsed(report.since, now) >= GIVEN_UP_AFTER_MS) {
    outbox.notify({ kind: "result-given-up", at: link.target, tries: report.tries });
    over(state, now);
    return;
  }
  const sinceMs = saidAt === undefined ? 0 : elapsed(saidAt, now);
  link.rest(durationMs(Math.max(0, options.reportMs - sinceMs)), now);
}

function nextDeadline({ report, options, link }: State): InstantMs | undefined {
  if (report?.saidAt === undefined || link.phase !== "open") return undefined;
  return after(report.saidAt, options.reportMs);
}
