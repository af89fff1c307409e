import {
  after,
  durationMs,
  type Endpoint,
  earlierOf,
  type InstantMs,
  type NodeId,
  type Prng,
  unreachable,
} from "@mutirao/primitives";
import type { Message, Redirect, Return, WorkerWelcome } from "@mutirao/protocol";
import type { Core } from "./core.ts";
import type { ConnClosed, LineRefused, MessageReceived } from "./events.ts";
import {
  createWorkerMachines,
  isMisunderstood,
  owedHere,
  stallWatchOf,
  type WorkerMachines,
} from "./machines/worker-machines.ts";
import { endLeaseIfOver, giveUpSeekingIfDue, moveIfDue } from "./machines/worker-moves.ts";
import { failure, inOwnCodes, type Run } from "./machines/worker-runs.ts";
import { viewOfWorker } from "./machines/worker-view.ts";
import { wordOf } from "./machines/worker-words.ts";
import type { WorkerNodeOptions } from "./options/worker-options.ts";
import type { RunEnded, RunProgressed, WorkerEvent, WorkerOwnEffect, WorkerOwnEvent } from "./worker-events.ts";
import type { WorkerDisconnected } from "./worker-notices.ts";
import type { WorkerStatusView } from "./worker-views.ts";

/**
 * A worker: runs the tasks of its home, or of the master that its home has lent it to, one master at a time, and loses
 * no result. It opens every connection itself and listens to nobody; what its host says about where it listens means
 * nothing to it.
 */
export interface WorkerNode extends Core<WorkerOwnEvent, WorkerOwnEffect> {
  status(): WorkerStatusView;
}

/**
 * @param selfId who we are, for the master.
 * @param prng for jitter; the same seed and the same events give the same effects.
 */
export function createWorkerNode(selfId: NodeId, options: WorkerNodeOptions, prng: Prng): WorkerNode {
  const state = createWorkerMachines(selfId, options, prng);
  let deadline: InstantMs | undefined;
  return {
    handle(event, now) {
      if (state.hasLeft) return NOTHING;
      const stalled = state.stalls.check(event, deadline, now, () => resumed(state, now));
      for (const effect of stalled) state.outbox.emit(effect);
      state.handledAt = now;
      endLeaseIfOver(state, now);
      route(state, event, now);
      moveIfDue(state, now, () => abort(state, now));
      state.session.settle(now);
      leaveIfDue(state, now);
      deadline = nextDeadline(state);
      return state.outbox.take();
    },
    nextDeadline: () => deadline,
    status: () => viewOfWorker(state),
  };
}

const NOTHING = [] as const;

function route(state: WorkerMachines, event: WorkerEvent, now: InstantMs): void {
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
    case "input-ended":
      // Nobody asks a worker anything that it does not answer at once.
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
      state.allegiance.stay();
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

function wake(state: WorkerMachines, now: InstantMs): void {
  const { session, answerBy } = state;
  state.link.onWake(now);
  if (session.isSilent(now)) hangUp(state, { code: "ERR_MASTER_SILENT" }, now);
  else if (answerBy !== undefined && answerBy <= now) hangUp(state, { code: "ERR_MASTER_NO_ANSWER" }, now);
  session.onWake(now);
  state.pull.onWake(now);
  state.push.onWake(now);
  giveUpSeekingIfDue(state, now);
  if (state.moving.takeAbort(now)) abort(state, now);
}

function onOpened(state: WorkerMachines, now: InstantMs): void {
  const { link, pull, push, session, options } = state;
  link.onOpened();
  if (options.style === "push") push.onOpened(now);
  else if (pull.phase === "reporting") pull.onOpened(now);
  else {
    state.answerBy = after(now, options.answerMs);
    if (options.style === "auto") session.greet();
    else link.send(state.allegiance.alive());
  }
}

function onMessage(state: WorkerMachines, { message, remote }: MessageReceived, now: InstantMs): void {
  const { link, session, pull, push, options } = state;
  session.onHeard(now);
  if (message.kind !== "unknown") link.identify();
  if (message.kind === "redirect" || message.kind === "return") onOrder(state, message, remote, now);
  else if (message.kind === "worker-welcome" && options.style === "auto") onWelcome(state, message, now);
  // A task that was asked for may have crossed the decision to go; no other is begun.
  else if (message.kind === "query" && state.moving.isUnderWay && state.answerBy === undefined)
    state.outbox.notify({ kind: "order-ignored", remote, word: wordOf(message) });
  else if (state.answerBy !== undefined) onAnswer(state, message, remote, now);
  else if (options.style === "push") {
    if (message.kind !== "unknown") reached(state);
    push.onMessage(message, remote, now);
  } else if (session.isUp) onSessionMessage(state, message, remote, now);
  else {
    if (message.kind === "status-ack") reached(state);
    pull.onMessage(message, remote, now);
  }
}

/** An order to go elsewhere, or home. */
function onOrder(state: WorkerMachines, order: Redirect | Return, remote: Endpoint, now: InstantMs): void {
  const { allegiance, session, moving, leaving, push, pull, presence, link, options } = state;
  const { graceMs } = session;
  if (order.kind === "return") allegiance.onReturn(remote, graceMs, now);
  else {
    const isLeaving = leaving.mode !== "staying";
    allegiance.onRedirect(order, { remote, isSession: session.isUp, isLeaving, graceMs }, now);
  }
  if (moving.isUnderWay) {
    push.abandon();
    pull.onLeaving();
  }
  const isOurs = order.kind === "return" ? order.epoch !== undefined : order.terms !== undefined;
  // To a worker that asks for each task, an order is the answer to its question. One of ours may go on.
  if (state.answerBy === undefined || (isOurs && options.style === "auto")) return;
  answeredInClassWords(state);
  presence.connected("pull", undefined);
  link.drop();
  state.poll(options.pollMs, now);
}

/** The first answer to ALIVE shows how the master talks. */
function onAnswer(state: WorkerMachines, message: Message, remote: Endpoint, now: InstantMs): void {
  const { pull, presence, link, options, outbox } = state;
  if (message.kind === "query" || message.kind === "no-task") {
    answeredInClassWords(state);
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

function answeredInClassWords(state: WorkerMachines): void {
  state.answerBy = undefined;
  state.session.onClosed();
  reached(state);
}

/** Who was sought has answered as a master does, and can be told what it is owed, also if the worker is to go home by now. */
function reached({ reach, moving }: WorkerMachines): void {
  reach.found();
  moving.hope();
}

function onWelcome(state: WorkerMachines, welcome: WorkerWelcome, now: InstantMs): void {
  const { allegiance, session, options } = state;
  if (!allegiance.isExpected(welcome)) {
    allegiance.goHome("other-master", session.graceMs, now);
    hangUp(state, { code: "ERR_MASTER_OTHER" }, now);
    return;
  }
  if (!session.onWelcome(welcome, now)) return;
  allegiance.onWelcome(welcome, now);
  reached(state);
  state.stalls = stallWatchOf(session);
  if (state.answerBy !== undefined) state.answerBy = session.isUp ? undefined : after(now, options.answerMs);
}

function onSessionMessage(state: WorkerMachines, message: Message, remote: Endpoint, now: InstantMs): void {
  if (message.kind === "heartbeat-reply") state.allegiance.renew(message.leaseMs, now);
  state.session.onMessage(message, remote, now);
}

function onLineRefused(state: WorkerMachines, { conn, remote, violation }: LineRefused, now: InstantMs): void {
  const isCurrent = conn === state.link.conn;
  if (isCurrent) state.session.onHeard(now);
  let isTooBad = false;
  for (const effect of state.conduct.onLineRefused(conn, remote, violation, now)) {
    if (effect.type === "close") isTooBad = true;
    else state.outbox.emit(effect);
  }
  if (isCurrent && isTooBad) hangUp(state, { code: "ERR_LINE_VIOLATION" }, now);
}

function onClosed(state: WorkerMachines, { conn, reason }: ConnClosed, now: InstantMs): void {
  state.conduct.onClosed(conn);
  if (conn !== state.link.conn) return;
  state.link.onClosed();
  disconnected(state, reason, now);
}

function hangUp(state: WorkerMachines, reason: WorkerDisconnected["reason"], now: InstantMs): void {
  state.link.drop();
  disconnected(state, reason, now);
}

function disconnected(state: WorkerMachines, reason: WorkerDisconnected["reason"], now: InstantMs): void {
  const { session, pull, push, presence, link, reach } = state;
  const hasEndedInOrder = reason.code === "CONN_ENDED";
  state.answerBy = undefined;
  session.onClosed();
  push.onClosed();
  if (pull.phase === "idle") {
    presence.disconnected(reason);
    reach.missed(now);
    link.retry(hasEndedInOrder, now);
  } else {
    // Masters of the class end a connection after each line, and that is no news.
    if (!hasEndedInOrder) presence.disconnected(reason);
    if (!hasEndedInOrder && pull.phase === "reporting") reach.missed(now);
    pull.onClosed(reason, now);
  }
  giveUpSeekingIfDue(state, now);
}

function onRunEnded(state: WorkerMachines, { run: id, outcome }: RunEnded, now: InstantMs): void {
  const run = state.runs.take(id);
  if (run !== undefined) ended(state, run, inOwnCodes(outcome), now);
  // A run that was given up is reported already, but its slot is free only now.
  else state.push.onFreed(now);
}

function ended(state: WorkerMachines, run: Run, outcome: RunEnded["outcome"], now: InstantMs): void {
  const told = state.runs.outcomeOf(run, outcome, now);
  if (run.ref !== undefined) state.session.onRunEnded(run.id, run.ref, told);
  else if (state.options.style === "push") state.push.onRunEnded(told, now);
  else state.pull.onRunEnded(told, now);
}

function onRunProgressed(state: WorkerMachines, { run: id, fraction, note }: RunProgressed, now: InstantMs): void {
  const ref = state.runs.get(id)?.ref;
  if (ref !== undefined) state.session.onRunProgressed(id, ref, fraction, note, now);
}

function abandon(state: WorkerMachines, now: InstantMs): void {
  state.leaving.abandon(now);
  state.allegiance.stay();
  state.pull.onLeaving();
  state.push.abandon();
  abort(state, now);
}

function abort(state: WorkerMachines, now: InstantMs): void {
  for (const run of state.runs.abort()) ended(state, run, failure("ERR_TASK_ABORTED"), now);
}

/** Silence until now was our own: whoever owes us an answer gets the time anew. */
function resumed(state: WorkerMachines, now: InstantMs): void {
  state.session.onHeard(now);
  state.pull.onResumed(now);
  state.reach.onResumed(now);
  if (state.answerBy !== undefined) state.answerBy = after(now, state.options.answerMs);
}

function leaveIfDue(state: WorkerMachines, now: InstantMs): void {
  const { leaving, runs, link, outbox, push, debts } = state;
  if (leaving.mode === "staying") return;
  const results = owedHere(state) + push.unbegun;
  if (!leaving.isDue({ runs: runs.size, results, isMisunderstood: isMisunderstood(state) }, now)) return;
  state.hasLeft = true;
  link.drop();
  outbox.notify({ kind: "worker-left", unacknowledged: results + debts.elsewhere });
  outbox.emit({ type: "leave" });
}

function nextDeadline(state: WorkerMachines): InstantMs | undefined {
  const { link, session, pull, push, leaving, moving, reach, allegiance, answerBy, hasLeft } = state;
  if (hasLeft) return undefined;
  const deadlines = [
    session.nextDeadline(),
    pull.nextDeadline(),
    push.nextDeadline(),
    answerBy,
    link.nextDeadline(),
    leaving.nextDeadline(),
    moving.nextDeadline(),
    // What sends a worker home does so once.
    ...(allegiance.isBoundElsewhere ? [] : [reach.nextDeadline(), allegiance.leaseEndsAt]),
  ];
  return deadlines.reduce(earlierOf, undefined);
}
