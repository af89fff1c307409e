import {
  type ConnId,
  earliestOf,
  type InstantMs,
  isDialled,
  type NodeId,
  type Prng,
  type TaskId,
  unreachable,
} from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import type { Core } from "./core.ts";
import type { ConnClosed, ConnOpened, MessageReceived } from "./events.ts";
import { dispatch } from "./machines/dispatch.ts";
import type { LoanQuery } from "./machines/lending/loan-views.ts";
import { createMasterMachines, type MasterMachines } from "./machines/master-machines.ts";
import { lentViewOf, taskViewOf, workerViewOf } from "./machines/master-view.ts";
import { createStallWatch } from "./machines/stall-watch.ts";
import type { WorkerRecord } from "./machines/worker-record.ts";
import type { MasterOwnEffect } from "./master-effects.ts";
import type { Cancel, MasterEvent, MasterOwnEvent, Submit } from "./master-events.ts";
import type { LoadView, LoanView, TaskView, WorkerView } from "./master-views.ts";
import type { MasterNodeOptions } from "./options/master-options.ts";
import { stallLimitMs } from "./policies/stall.ts";

/**
 * A node with a backlog and a farm: it accepts tasks, hands them to its workers, never loses one, and knows how loaded
 * it is and why. What it shows (`task`, `workers`, `load`) is as of the last event.
 */
export interface MasterNode extends Core<MasterOwnEvent, MasterOwnEffect> {
  /** Every peer, as it stands. */
  registry(): readonly RegistryEntry[];
  /** A task that has not ended. */
  task(id: TaskId): TaskView | undefined;
  /** Tasks that are being run, the one that was given out last first. */
  running(limit: number): readonly TaskView[];
  /** Tasks that have not ended, in the order of acceptance. */
  tasks(limit: number): readonly TaskView[];
  workers(now: InstantMs): readonly WorkerView[];
  load(now: InstantMs): LoadView;
  /** Loans in and out: the open ones first, then those that ended, the last first. */
  loans(query: LoanQuery, now: InstantMs): readonly LoanView[];
}

/**
 * @param selfId who we are, for peers and workers.
 * @param prng for jitter; the same seed and the same events give the same effects.
 */
export function createMasterNode(selfId: NodeId, options: MasterNodeOptions, prng: Prng): MasterNode {
  const machines = createMasterMachines(selfId, options, prng);
  const { outbox, ledger, farm, attempts, load, lending, clock, pulse } = machines;
  const stalls = createStallWatch(stallLimitMs(options.intervalMs, options.timeoutMs));
  const { backlog, reports, classWorkers, draining } = machines;
  const timed = [pulse, ledger, farm, attempts, backlog, load, lending, reports, classWorkers, draining];
  let deadline: InstantMs | undefined;

  const resume = (now: InstantMs): void => {
    pulse.onResumed(now);
    farm.onResumed(now);
    attempts.onResumed(now);
    lending.onResumed(now);
  };

  return {
    handle(event, now) {
      for (const effect of stalls.check(event, deadline, now, () => resume(now))) outbox.emit(effect);
      route(machines, options, event, now);
      lending.settle(now);
      dispatch(machines, now);
      lending.evaluate(now);
      ledger.flush(now);
      machines.talk.flush();
      load.evaluate(now);
      draining.evaluate(now);
      deadline = earliestOf(timed);
      const effects = outbox.take();
      for (const effect of effects) if (effect.type === "notify") machines.reports.onNotice(effect.notice, now);
      return effects;
    },
    nextDeadline: () => deadline,
    registry: () => pulse.registry.entries(),
    task(id) {
      const task = ledger.live.get(id);
      return task === undefined || task.phase === "accepting" ? undefined : taskViewOf(task);
    },
    running: (limit) => [...attempts.tasks()].toReversed().slice(0, limit).map(taskViewOf),
    tasks(limit) {
      const shown = [
        ...ledger.live
          .values()
          .filter(({ phase }) => phase !== "accepting")
          .take(limit),
      ];
      return shown.map(taskViewOf);
    },
    workers: () => [
      ...[...farm.workers.values()].map((worker) => workerViewOf(worker, selfId, clock, lending.whereabouts(worker))),
      ...lending.unseen().map((loan) => lentViewOf(loan, selfId)),
    ],
    load: (now) => load.view(now),
    loans: (query, now) => lending.loans(query, now),
  };
}

function route(machines: MasterMachines, options: MasterNodeOptions, event: MasterEvent, now: InstantMs): void {
  const { ledger, clock, load, reports } = machines;
  switch (event.type) {
    case "recovered":
      clock.set(event.wallOffsetMs, now);
      ledger.recover(event.contents, now);
      machines.lending.recover(event.contents.leases, now);
      break;
    case "submit":
      submit(machines, event, now);
      break;
    case "cancel":
      cancel(machines, event, now);
      break;
    case "retry":
      ledger.retry(event.request, event.record, now);
      break;
    case "borrow":
    case "lend":
    case "reclaim":
      machines.outbox.emit({ type: "answer", request: event.request, answer: machines.lending.order(event, now) });
      break;
    case "drain":
      machines.draining.begin(event, now);
      break;
    case "store-committed":
      ledger.onCommitted(event.write, now);
      break;
    case "store-refused":
      ledger.onRefused(event.write, event.code, now);
      break;
    case "store-pruned":
      ledger.onPruned(event.tasks);
      break;
    case "host-measured":
      clock.set(event.wallOffsetMs, now);
      load.onMeasured(event.figures);
      reports.onMeasured(event.figures, event.http);
      break;
    default:
      routeNodeEvent(machines, options, event, now);
  }
}

type NodeEvent = Exclude<MasterEvent, MasterOwnEvent>;

function routeNodeEvent(machines: MasterMachines, options: MasterNodeOptions, event: NodeEvent, now: InstantMs): void {
  if (event.type === "message-received" && !machines.pulse.isOwn(event.message)) {
    onMessage(machines, event, now);
    return;
  }
  for (const effect of machines.pulse.handle(event, now)) machines.outbox.emit(effect);
  switch (event.type) {
    case "started":
      machines.lending.onStarted(event.listening);
      machines.reports.onStarted(now);
      break;
    case "wake":
      wake(machines, now);
      break;
    case "conn-opened":
      onConnOpened(machines, options, event, now);
      break;
    case "input-ended":
      machines.classWorkers.onInputEnded(event.conn);
      machines.lending.onInputEnded(event.conn);
      break;
    case "conn-closed":
      onConnClosed(machines, event, now);
      break;
    case "message-received":
      // A heartbeat, which its worker is known by.
      heardOn(machines, event.conn, now);
      break;
    case "line-refused":
      break;
    default:
      unreachable(event);
  }
}

function heardOn({ farm }: MasterMachines, conn: ConnId, now: InstantMs): void {
  const worker = farm.on(conn);
  if (worker !== undefined) farm.heard(worker, now);
}

function onConnOpened(
  { reports, lending, classWorkers }: MasterMachines,
  { pushPort }: MasterNodeOptions,
  { conn, local }: ConnOpened,
  now: InstantMs,
): void {
  if (isDialled(conn)) {
    reports.onDialSucceeded(conn, now);
    lending.onDialSucceeded(conn);
  } else classWorkers.onAccepted(conn, pushPort !== undefined && local.port === pushPort);
}

function onConnClosed(machines: MasterMachines, { conn, reason }: ConnClosed, now: InstantMs): void {
  const { farm, classWorkers, reports, lending, talk, outbox } = machines;
  reports.onClosed(conn, reason);
  lending.onClosed(conn, now);
  classWorkers.onClosed(conn);
  talk.forget(conn);
  const worker = farm.on(conn);
  if (worker === undefined) return;
  const whither = lending.onWorkerGone(worker, now);
  if (whither === "travels") farm.lend(worker);
  else if (whither === "left") farm.forget(worker);
  else farm.unbind(worker, now);
  if (whither !== "missed") return;
  outbox.notify({ kind: "worker-gone", worker: worker.name, why: "connection", running: worker.attempts.size });
}

function onMessage(machines: MasterMachines, event: MessageReceived, now: InstantMs): void {
  const { conn, remote, message } = event;
  const { outbox, pulse, sessions, classWorkers } = machines;
  machines.conversation.hears(event.line);
  for (const effect of pulse.identify(conn)) outbox.emit(effect);
  switch (message.kind) {
    case "worker-alive":
      if (message.hello === undefined) classWorkers.onAlive(conn, remote, message, now);
      else sessions.onHello(conn, remote, message, message.hello, now);
      break;
    case "worker-status":
      classWorkers.onStatus(conn, remote, message, now);
      break;
    case "pong":
      classWorkers.onPong(conn, now);
      break;
    case "result-batch":
      sessions.onResults(conn, message, now);
      break;
    default:
      if (machines.lending.onMessage(conn, remote, message, now)) break;
      // What a master says to workers and supervisors, and no one to a master.
      outbox.notify({ kind: "message-unknown", remote, word: message.kind });
  }
}

function wake(machines: MasterMachines, now: InstantMs): void {
  const { farm, attempts, backlog, ledger, reports, classWorkers, outbox } = machines;
  for (const { worker, why } of farm.wake(now)) {
    outbox.notify({ kind: "worker-gone", worker: worker.name, why, running: worker.attempts.size });
    if (worker.conn !== undefined) leave(machines, worker, worker.conn);
    const how = why === "away" ? "its connection was gone for too long" : "it said nothing for too long";
    attempts.loseAll(worker, how, now);
    machines.lending.onWorkerLost(worker, now);
    farm.lost(worker);
  }
  attempts.wake(now);
  backlog.wake(now);
  ledger.wake(now);
  classWorkers.wake(now);
  machines.lending.wake(now);
  reports.wake(now);
}

/** It is given up. A connection that just ends makes some push workers spin, and others die. */
function leave({ outbox, lending }: MasterMachines, { style, owner }: WorkerRecord, conn: ConnId): void {
  if (style === "push") outbox.emit({ type: "send", conn, message: lending.wayHome(owner) });
  outbox.emit({ type: "close", conn });
}

function submit({ ledger, arrivals }: MasterMachines, { request, drafts }: Submit, now: InstantMs): void {
  arrivals.onArrivals(drafts.length, now);
  ledger.submit(request, drafts, now);
}

function cancel({ ledger, attempts }: MasterMachines, { request, task: id }: Cancel, now: InstantMs): void {
  const task = ledger.live.get(id);
  if (task === undefined) {
    ledger.refuseCancel(request, id);
    return;
  }
  task.cancelRequests = [...task.cancelRequests, request];
  // One that is not accepted yet is cancelled as soon as it is; one that is ending has its answer with its end.
  if (task.phase === "accepting" || task.phase === "ending") return;
  attempts.abandon(task);
  ledger.end(task, { state: "cancelled" }, now);
}
