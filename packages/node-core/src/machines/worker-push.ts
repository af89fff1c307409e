import { after, durationMs, type Endpoint, type InstantMs, type NodeId } from "@mutirao/primitives";
import { type AttemptOutcome, type Message, QUERY_TYPE, type Query, type SendableMessage } from "@mutirao/protocol";
import type { WorkerNodeOptions } from "../options/worker-options.ts";
import type { WorkerOutbox } from "./outbox.ts";
import type { WorkerAllegiance } from "./worker-allegiance.ts";
import type { WorkerLink } from "./worker-link.ts";
import type { WorkerPresence } from "./worker-presence.ts";
import { failure, type WorkerRuns } from "./worker-runs.ts";
import { orderOf, statusOf, wordOf } from "./worker-words.ts";

/**
 * The conversation with a master that pushes tasks: one connection for life, on which the worker says who it is and then
 * waits. Tasks come one at a time; one that comes early waits for the other. Results are not acknowledged there.
 *
 * Readers of the class's take one line per segment, and some drop what follows it. So a line waits until the master has
 * said something since the last one, or for a moment in which that one has surely been read.
 */
export interface WorkerPush {
  /** Results that have not been said yet. */
  readonly unreported: number;
  /** Tasks that wait for the one that runs. */
  readonly unbegun: number;
  onOpened(now: InstantMs): void;
  onMessage(message: Message, remote: Endpoint, now: InstantMs): void;
  onRunEnded(outcome: AttemptOutcome, now: InstantMs): void;
  /** A handler that was given up has ended. */
  onFreed(now: InstantMs): void;
  /** Tasks that were not begun will not be. */
  abandon(): void;
  onClosed(): void;
  /**
   * The worker turns to another master. What could not be said to the last one is forgotten: a result without an id, said
   * much later, would be taken for that of another task.
   *
   * @returns how many results that are.
   */
  turnAway(): number;
  onWake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface WorkerPushTools {
  readonly outbox: WorkerOutbox;
  readonly link: WorkerLink;
  readonly presence: WorkerPresence;
  readonly allegiance: WorkerAllegiance;
  readonly runs: WorkerRuns;
}

interface State extends WorkerPushTools {
  readonly selfId: NodeId;
  readonly options: WorkerNodeOptions;
  /** Tasks that wait for the one that runs. */
  readonly waiting: Query[];
  /** Results that wait for their turn on the connection, or for a connection. */
  readonly reports: SendableMessage[];
  isAliveDue: boolean;
  isPongDue: boolean;
  /** What runs was given on an earlier connection. */
  isRunOld: boolean;
  /** When the last line was said on this connection. */
  saidAt: InstantMs;
  hasHeardSince: boolean;
}

/** Time in which a line is read by itself. */
const GAP_MS = durationMs(100);
const WAITING_MAX = 16;
const REPORTS_MAX = 64;

const NEVER = 0 as InstantMs;

export function createWorkerPush(selfId: NodeId, options: WorkerNodeOptions, tools: WorkerPushTools): WorkerPush {
  const state: State = {
    ...tools,
    selfId,
    options,
    waiting: [],
    reports: [],
    isAliveDue: false,
    isPongDue: false,
    isRunOld: false,
    saidAt: NEVER,
    hasHeardSince: false,
  };
  return {
    get unreported() {
      return state.reports.length;
    },
    get unbegun() {
      return state.waiting.length;
    },
    onOpened(now) {
      state.isAliveDue = true;
      state.hasHeardSince = true;
      if (state.runs.size > 0) state.link.spare(true);
      say(state, now);
      // Nothing is answered to ALIVE here, so that it was taken is all that can be known.
      state.presence.connected("push", undefined);
    },
    onMessage(message, remote, now) {
      state.link.worked(now);
      state.hasHeardSince = true;
      hear(state, message, remote, now);
      say(state, now);
    },
    onRunEnded(outcome, now) {
      state.isRunOld = false;
      report(state, outcome);
      beginNext(state, now);
      if (state.runs.size === 0) state.link.spare(false);
      say(state, now);
    },
    onFreed(now) {
      beginNext(state, now);
      say(state, now);
    },
    abandon() {
      state.waiting.length = 0;
    },
    onClosed() {
      state.isAliveDue = false;
      state.isPongDue = false;
      state.isRunOld = state.runs.size > 0;
      // The master knows that the connection is gone, and gives to another what was not begun.
      state.waiting.length = 0;
    },
    turnAway() {
      state.isAliveDue = false;
      state.isPongDue = false;
      state.waiting.length = 0;
      return state.reports.splice(0).length;
    },
    onWake: (now) => say(state, now),
    nextDeadline: () => (hasMore(state) ? after(state.saidAt, GAP_MS) : undefined),
  };
}

function hear(state: State, message: Message, remote: Endpoint, now: InstantMs): void {
  switch (message.kind) {
    case "query":
      if (isFree(state)) begin(state, message, now);
      else if (state.waiting.length < WAITING_MAX) state.waiting.push(message);
      else state.outbox.notify({ kind: "order-ignored", remote, word: wordOf(message) });
      break;
    case "keep-alive":
      // Many workers of the class only answer when their task is done. A master cannot tell that from a dead one. But it
      // takes the first result after the answer for that of its next task; so what is older than that is said before.
      state.isPongDue = true;
      break;
    case "status-ack":
      break;
    default:
      state.outbox.notify({ kind: "order-ignored", remote, word: wordOf(message) });
  }
}

/** One at a time; and a handler that was given up holds its slot until it has ended. */
const isFree = ({ runs, options }: State): boolean => runs.size === 0 && runs.occupied < options.slots;

function beginNext(state: State, now: InstantMs): void {
  const next = isFree(state) ? state.waiting.shift() : undefined;
  if (next !== undefined) begin(state, next, now);
}

function begin(state: State, query: Query, now: InstantMs): void {
  if (!state.options.types.includes(QUERY_TYPE)) {
    report(state, failure("ERR_TASK_TYPE_UNKNOWN"));
    return;
  }
  state.runs.start(orderOf(query, state.options), now);
  // While a task runs nothing is said, neither here nor there.
  state.link.spare(true);
}

function report({ reports, selfId }: State, outcome: AttemptOutcome): void {
  reports.push(statusOf(selfId, outcome));
  if (reports.length > REPORTS_MAX) reports.shift();
}

/** Says the next line, if its time has come. */
function say(state: State, now: InstantMs): void {
  if (!hasMore(state) || (!state.hasHeardSince && now < after(state.saidAt, GAP_MS))) return;
  const message = nextLine(state);
  if (message === undefined) return;
  state.saidAt = now;
  state.hasHeardSince = false;
  state.link.send(message);
}

const hasMore = (state: State): boolean =>
  state.link.phase === "open" && (state.isAliveDue || mayPong(state) || state.reports.length > 0);

const mayPong = ({ isPongDue, isRunOld, reports }: State): boolean => isPongDue && !isRunOld && reports.length === 0;

function nextLine(state: State): SendableMessage | undefined {
  const { selfId: worker, reports } = state;
  if (state.isAliveDue) {
    state.isAliveDue = false;
    return state.allegiance.alive();
  }
  if (mayPong(state)) {
    state.isPongDue = false;
    return { kind: "pong", worker };
  }
  return reports.shift();
}
