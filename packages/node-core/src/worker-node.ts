import {
  after,
  type DurationMs,
  durationMs,
  type Endpoint,
  earlierOf,
  type InstantMs,
  type NodeId,
  type Prng,
  unreachable,
} from "@mutirao/primitives";
import type { Message } from "@mutirao/protocol";
import type { Core } from "./core.ts";
import type { ConnClosed, LineRefused, MessageReceived } from "./events.ts";
import { type Conduct, createConduct } from "./machines/conduct.ts";
import { createOutbox, type WorkerOutbox } from "./machines/outbox.ts";
import { createStallWatch, type StallWatch } from "./machines/stall-watch.ts";
import { createWorkerLeaving, type WorkerLeaving } from "./machines/worker-leaving.ts";
import { createWorkerLink, type WorkerLink } from "./machines/worker-link.ts";
import { createWorkerPresence, type WorkerPresence } from "./machines/worker-presence.ts";
import { createWorkerProgress } from "./machines/worker-progress.ts";
import { createWorkerPull, type WorkerPull } from "./machines/worker-pull.ts";
import { createWorkerPush, type WorkerPush } from "./machines/worker-push.ts";
import { createWorkerResults, type WorkerResults } from "./machines/worker-results.ts";
import { createWorkerRuns, failure, type Run, type WorkerRuns } from "./machines/worker-runs.ts";
import { createWorkerSession, type WorkerSession } from "./machines/worker-session.ts";
import { wordOf } from "./machines/worker-words.ts";
import type { WorkerNodeOptions } from "./options/worker-options.ts";
import { stallLimitMs } from "./policies/stall.ts";
import type { RunEnded, RunProgressed, WorkerEvent, WorkerOwnEffect, WorkerOwnEvent } from "./worker-events.ts";
import type { WorkerDisconnected, WorkerTalk } from "./worker-notices.ts";

/** How a worker stands. */
export interface WorkerStatusView {
  readonly phase: "away" | "dialing" | "greeting" | "connected" | "left";
  readonly isLeaving: boolean;
  /** Who the master is, if it has ever said so, and how it talks while it is there. */
  readonly master: NodeId | undefined;
  readonly talk: WorkerTalk | undefined;
  readonly running: number;
  readonly unacknowledged: number;
}

/**
 * A worker: runs the tasks of its one master, and loses no result. It opens every connection itself and listens to
 * nobody; what its host says about where it listens means nothing to it.
 */
export interface WorkerNode extends Core<WorkerOwnEvent, WorkerOwnEffect> {
  status(): WorkerStatusView;
}

interface State {
  readonly selfId: NodeId;
  readonly options: WorkerNodeOptions;
  readonly outbox: WorkerOutbox;
  readonly link: WorkerLink;
  readonly presence: WorkerPresence;
  readonly runs: WorkerRuns;
  readonly results: WorkerResults;
  readonly session: WorkerSession;
  readonly pull: WorkerPull;
  readonly push: WorkerPush;
  readonly leaving: WorkerLeaving;
  /** Asks for the next task after a while, if the worker stays that long. */
  readonly poll: (wait: DurationMs, now: InstantMs) => void;
  readonly conduct: Conduct;
  stalls: StallWatch;
  /** ALIVE was said on this connection, and how the master talks is not known yet: until when its answer may take. */
  answerBy: InstantMs | undefined;
  hasLeft: boolean;
}

/**
 * @param selfId who we are, for the master.
 * @param prng for jitter; the same seed and the same events give the same effects.
 */
export function createWorkerNode(selfId: NodeId, options: WorkerNodeOptions, prng: Prng): WorkerNode {
  const state = createState(selfId, options, prng);
  let deadline: InstantMs | undefined;
  return {
    handle(event, now) {
      if (state.hasLeft) return NOTHING;
      const stalled = state.stalls.check(event, deadline, now, () => resumed(state, now));
      for (const effect of stalled) state.outbox.emit(effect);
      route(state, event, now);
      state.session.settle(now);
      leaveIfDue(state, now);
      deadline = nextDeadline(state);
      return state.outbox.take();
    },
    nextDeadline: () => deadline,
    status: () => view(state),
  };
}

const NOTHING = [] as const;

function createState(selfId: NodeId, options: WorkerNodeOptions, prng: Prng): State {
  const outbox = createOutbox<WorkerOwnEffect>();
  const link = createWorkerLink(options.master, options.backOffMaxMs, prng.fork("reconnect"), outbox);
  const presence = createWorkerPresence(options.master, outbox);
  const runs = createWorkerRuns(outbox);
  const results = createWorkerResults(options.reportMs);
  const progress = createWorkerProgress();
  const session = createWorkerSession(selfId, options, { outbox, link, presence, runs, results, progress });
  const leaving = createWorkerLeaving();
  const polls = prng.fork("polls");
  const poll = (wait: DurationMs, now: InstantMs): void => {
    // Workers that were told NO_TASK together must not ask together for ever.
    const jittered = durationMs(wait * (0.8 + 0.2 * polls.next()));
    link.rest(leaving.mode === "staying" ? jittered : undefined, now);
  };
  return {
    selfId,
    options,
    outbox,
    link,
    presence,
    runs,
    results,
    session,
    pull: createWorkerPull(selfId, options, { outbox, link, runs, poll }),
    push: createWorkerPush(selfId, options, { outbox, link, presence, runs }),
    leaving,
    poll,
    conduct: createConduct(options),
    stalls: createStallWatch(stallLimitMs(session.intervalMs, session.timeoutMs)),
    answerBy: undefined,
    hasLeft: false,
  };
}

function route(state: State, event: WorkerEvent, now: InstantMs): void {
  switch (event.type) {
    case "started":
      state.link.rest(AT_ONCE, now);
      break;
    case "wake":
      wake(state, now);
      break;
    case "conn-opened":
      if (event.conn === state.link.conn) onOpened(state, now);
      break;
    case "message-received":
      if (event.conn === state.link.conn) onMessage(state, event, now);
      break;
    case "line-refused":
      onLineRefused(state, event, now);
      break;
    case "conn-closed":
      onClosed(state, event, now);
      break;
    case "run-ended":
      onRunEnded(state, event, now);
      break;
    case "run-progressed":
      onRunProgressed(state, event, now);
      break;
    case "drain":
      state.leaving.drain(now);
      state.session.takeNoMore();
      state.pull.onLeaving();
      break;
    case "abandon":
      abandon(state, now);
      break;
    default:
      unreachable(event);
  }
}

const AT_ONCE = durationMs(0);

function wake(state: State, now: InstantMs): void {
  const { session, answerBy } = state;
  state.link.onWake(now);
  if (session.isSilent(now)) hangUp(state, { code: "ERR_MASTER_SILENT" }, now);
  else if (answerBy !== undefined && answerBy <= now) hangUp(state, { code: "ERR_MASTER_NO_ANSWER" }, now);
  session.onWake(now);
  state.pull.onWake(now);
  state.push.onWake(now);
}

function onOpened(state: State, now: InstantMs): void {
  const { link, pull, push, session, options } = state;
  link.onOpened();
  if (options.style === "push") push.onOpened(now);
  else if (pull.phase === "reporting") pull.onOpened(now);
  else {
    state.answerBy = after(now, options.answerMs);
    if (options.style === "auto") session.greet();
    else link.send({ kind: "worker-alive", worker: state.selfId });
  }
}

function onMessage(state: State, { message, remote }: MessageReceived, now: InstantMs): void {
  const { link, session, pull, push, options } = state;
  session.onHeard(now);
  if (message.kind !== "unknown") link.identify();
  if (state.answerBy !== undefined) onAnswer(state, message, remote, now);
  else if (options.style === "push") push.onMessage(message, remote, now);
  else if (session.isUp) session.onMessage(message, remote, now);
  else pull.onMessage(message, remote, now);
  if (message.kind === "worker-welcome") {
    state.stalls = createStallWatch(stallLimitMs(session.intervalMs, session.timeoutMs));
  }
}

/** The first answer to ALIVE shows how the master talks. */
function onAnswer(state: State, message: Message, remote: Endpoint, now: InstantMs): void {
  const { session, pull, presence, link, options, outbox } = state;
  if (message.kind === "worker-welcome" && options.style === "auto") {
    session.onWelcome(message, now);
    state.answerBy = session.isUp ? undefined : after(now, options.answerMs);
  } else if (message.kind === "query" || message.kind === "no-task") {
    state.answerBy = undefined;
    session.onClosed();
    presence.connected("pull", undefined);
    if (message.kind === "query") {
      pull.onQuery(message, now);
    } else {
      link.drop();
      state.poll(options.pollMs, now);
    }
  } else {
    outbox.notify({ kind: "order-ignored", remote, word: wordOf(message) });
  }
}

function onLineRefused(state: State, { conn, remote, violation }: LineRefused, now: InstantMs): void {
  const isCurrent = conn === state.link.conn;
  if (isCurrent) state.session.onHeard(now);
  let isTooBad = false;
  for (const effect of state.conduct.onLineRefused(conn, remote, violation, now)) {
    if (effect.type === "close") isTooBad = true;
    else state.outbox.emit(effect);
  }
  if (isCurrent && isTooBad) hangUp(state, { code: "ERR_LINE_VIOLATION" }, now);
}

function onClosed(state: State, { conn, reason }: ConnClosed, now: InstantMs): void {
  state.conduct.onClosed(conn);
  if (conn !== state.link.conn) return;
  state.link.onClosed();
  disconnected(state, reason, now);
}

function hangUp(state: State, reason: WorkerDisconnected["reason"], now: InstantMs): void {
  state.link.drop();
  disconnected(state, reason, now);
}

function disconnected(state: State, reason: WorkerDisconnected["reason"], now: InstantMs): void {
  const { session, pull, push, presence, link } = state;
  const hasEndedInOrder = reason.code === "CONN_ENDED";
  state.answerBy = undefined;
  session.onClosed();
  push.onClosed();
  if (pull.phase === "idle") {
    presence.disconnected(reason);
    link.retry(hasEndedInOrder, now);
  } else {
    // Masters of the class end a connection after each line, and that is no news.
    if (!hasEndedInOrder) presence.disconnected(reason);
    pull.onClosed(reason, now);
  }
}

function onRunEnded(state: State, { run: id, outcome }: RunEnded, now: InstantMs): void {
  const run = state.runs.take(id);
  // A run that was given up is reported already.
  if (run !== undefined) ended(state, run, outcome, now);
}

function ended(state: State, run: Run, outcome: RunEnded["outcome"], now: InstantMs): void {
  const told = state.runs.outcomeOf(run, outcome, now);
  if (run.ref !== undefined) state.session.onRunEnded(run.id, run.ref, told);
  else if (state.options.style === "push") state.push.onRunEnded(told, now);
  else state.pull.onRunEnded(told, now);
}

function onRunProgressed(state: State, { run: id, fraction, note }: RunProgressed, now: InstantMs): void {
  const ref = state.runs.get(id)?.ref;
  if (ref !== undefined) state.session.onRunProgressed(id, ref, fraction, note, now);
}

function abandon(state: State, now: InstantMs): void {
  state.leaving.abandon(now);
  state.pull.onLeaving();
  state.session.takeNoMore();
  state.push.abandon();
  for (const run of state.runs.abort()) ended(state, run, failure("ERR_TASK_ABORTED"), now);
}

/** Silence until now was our own: whoever owes us an answer gets the time anew. */
function resumed(state: State, now: InstantMs): void {
  state.session.onHeard(now);
  state.pull.onResumed(now);
  if (state.answerBy !== undefined) state.answerBy = after(now, state.options.answerMs);
}

const unreported = ({ results, pull, push }: State): number =>
  results.size + (pull.phase === "reporting" ? 1 : 0) + push.unsaid;

function leaveIfDue(state: State, now: InstantMs): void {
  const { leaving, runs, session, link, outbox } = state;
  if (leaving.mode === "staying") return;
  const results = unreported(state);
  const isMisunderstood = state.answerBy !== undefined || (session.isUp && !session.isUnderstood);
  if (!leaving.isDue({ runs: runs.size, results, isMisunderstood }, now)) return;
  state.hasLeft = true;
  link.drop();
  outbox.notify({ kind: "worker-left", unacknowledged: results });
  outbox.emit({ type: "leave" });
}

function nextDeadline({ link, session, pull, push, leaving, answerBy, hasLeft }: State): InstantMs | undefined {
  if (hasLeft) return undefined;
  const talk = earlierOf(session.nextDeadline(), earlierOf(pull.nextDeadline(), push.nextDeadline()));
  return earlierOf(earlierOf(talk, answerBy), earlierOf(link.nextDeadline(), leaving.nextDeadline()));
}

function view(state: State): WorkerStatusView {
  const { presence, leaving, runs } = state;
  return {
    phase: phaseOf(state),
    isLeaving: leaving.mode !== "staying",
    master: presence.master,
    talk: presence.talk,
    running: runs.size,
    unacknowledged: unreported(state),
  };
}

/** Between two questions for work there is no connection, and yet the master is there. */
function phaseOf({ hasLeft, presence, link }: State): WorkerStatusView["phase"] {
  if (hasLeft) return "left";
  if (presence.talk !== undefined) return "connected";
  if (link.phase === "open") return "greeting";
  return link.phase === "dialing" ? "dialing" : "away";
}
