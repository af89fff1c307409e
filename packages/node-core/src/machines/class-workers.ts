import {
  after,
  type ConnId,
  createDeadlineQueue,
  type DurationMs,
  durationMs,
  type Endpoint,
  earlierOf,
  elapsed,
  type InstantMs,
  type NodeId,
} from "@mutirao/primitives";
import type { NoTask, Query, WorkerAlive, WorkerStatus } from "@mutirao/protocol";
import type { attemptErrors } from "../master-effects.ts";
import { visibilityMs } from "../policies/visibility.ts";
import type { Attempts } from "./attempts.ts";
import type { Backlog } from "./backlog.ts";
import { queryOf } from "./class-query.ts";
import type { Farm } from "./farm.ts";
import type { Lending } from "./lending/lending.ts";
import type { LiveTask } from "./live-task.ts";
import type { MasterOutbox } from "./outbox.ts";
import { createPolls, type Poll, type Polls } from "./polls.ts";
import type { Attempt, WorkerRecord } from "./worker-record.ts";

/**
 * Conversations with workers that know the class's words only: one task at a time, without an id. Pull workers open a
 * connection for each line and are answered on it; push workers have one for life, on a port of its own.
 */
export interface ClassWorkers {
  /** A connection was accepted. */
  onAccepted(conn: ConnId, isPush: boolean): void;
  onAlive(conn: ConnId, remote: Endpoint, alive: WorkerAlive, now: InstantMs): void;
  onStatus(conn: ConnId, remote: Endpoint, status: WorkerStatus, now: InstantMs): void;
  onPong(conn: ConnId, now: InstantMs): void;
  onInputEnded(conn: ConnId): void;
  onClosed(conn: ConnId): void;
  /** A push worker that is available is given a task. */
  push(worker: WorkerRecord, now: InstantMs): boolean;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface ClassWorkersOptions {
  readonly selfId: NodeId;
  readonly workerLinesPerSecondMax: number;
  readonly visibilityMs: DurationMs;
  readonly visibilityMaxMs: DurationMs;
}

export interface ClassWorkersTools {
  readonly outbox: MasterOutbox;
  readonly farm: Farm;
  readonly attempts: Attempts;
  readonly backlog: Backlog;
  readonly lending: Pick<Lending, "greet" | "wayHome">;
}

interface State extends ClassWorkersTools {
  readonly options: ClassWorkersOptions;
  /** The accepted connections that are open, and whether each is of the push port. */
  readonly open: Map<ConnId, boolean>;
  /** When each push worker is to be asked whether it is still there. */
  readonly keepAlives: ReturnType<typeof createDeadlineQueue<WorkerRecord>>;
  /** Push workers that have shown on their connection that they are done with all that they were ever given. */
  readonly free: Set<WorkerRecord>;
  lastAccepted: ConnId | undefined;
  readonly polls: Polls;
  /** Push workers that have just reported: they are given nothing before what else has arrived of them is read. */
  readonly reporting: Set<WorkerRecord>;
  /** When they are given tasks again, and who polls is answered: as soon as what has arrived is read. */
  restsUntil: InstantMs | undefined;
}

const KEEP_ALIVE_EVERY_MS = durationMs(10_000);
const NO_TASK: NoTask = { kind: "no-task" };
type Order = Poll["order"];
const CLASS_TYPES: ReadonlySet<string> = new Set(["QUERY"]);

export function createClassWorkers(options: ClassWorkersOptions, tools: ClassWorkersTools): ClassWorkers {
  const state: State = {
    ...tools,
    options,
    open: new Map(),
    keepAlives: createDeadlineQueue(),
    free: new Set(),
    lastAccepted: undefined,
    polls: createPolls(),
    reporting: new Set(),
    restsUntil: undefined,
  };
  return {
    onAccepted(conn, isPush) {
      state.open.set(conn, isPush);
      state.lastAccepted = conn;
    },
    onAlive: (conn, remote, alive, now) => greet(state, conn, remote, alive, now),
    onStatus: (conn, remote, status, now) => takeStatus(state, conn, remote, status, now),
    onPong(conn, now) {
      const worker = state.farm.on(conn);
      if (worker === undefined) return;
      answered(state, worker);
      state.farm.heard(worker, now);
    },
    onInputEnded: (conn) => state.polls.onInputEnded(conn),
    onClosed(conn) {
      state.open.delete(conn);
      state.polls.onClosed(conn);
    },
    push: (worker, now) => givePushed(state, worker, now),
    wake(now) {
      state.reporting.clear();
      answerPolls(state, now);
      for (let worker = state.keepAlives.takeDue(now); worker !== undefined; worker = state.keepAlives.takeDue(now)) {
        keepAliveDue(state, worker, now);
      }
    },
    nextDeadline: () => earlierOf(state.restsUntil, state.keepAlives.nextDeadline()),
  };
}

function greet(state: State, conn: ConnId, remote: Endpoint, alive: WorkerAlive, now: InstantMs): void {
  const isPush = state.open.get(conn) === true;
  const worker = identify(state, conn, remote, alive, isPush, now);
  if (worker === undefined) {
    const why = "there are too many workers";
    state.outbox.notify({ kind: "worker-refused", worker: alive.worker, remote, why });
    // A connection that just ends makes some push workers spin, and others die.
    if (isPush) state.outbox.emit({ type: "send", conn, message: state.lending.wayHome(alive.owner) });
    state.outbox.emit({ type: "close", conn });
    return;
  }
  worker.owner = alive.owner === state.options.selfId ? undefined : alive.owner;
  worker.port = alive.port;
  worker.at = remote;
  state.farm.heard(worker, now);
  const { order } = state.lending.greet(worker, alive, now);
  if (isPush) {
    greetPushed(state, worker, conn, order, now);
    return;
  }
  state.polls.ask({ conn, worker, order });
  state.outbox.emit({ type: "owe", conn });
  state.restsUntil ??= now;
}

function identify(
  { farm, outbox }: State,
  conn: ConnId,
  remote: Endpoint,
  { worker: id, port }: WorkerAlive,
  isPush: boolean,
  now: InstantMs,
): WorkerRecord | undefined {
  const namesakes = farm.withId(id).filter(({ style }) => (isPush ? style === "push" : style.startsWith("pull")));
  // Of two push workers on two connections, neither is the other, whatever they call themselves.
  const known = isPush
    ? namesakes.find((worker) => worker.conn === undefined || worker.conn === conn)
    : pullWorkerAt(namesakes, remote, now);
  if (known !== undefined) return known;
  const style = isPush ? "push" : port === undefined ? "pull" : "pull-with-port";
  const worker = farm.add(id, style, remote, now);
  if (worker === undefined) return undefined;
  worker.types = CLASS_TYPES;
  const [twin] = namesakes;
  if (twin !== undefined) outbox.notify({ kind: "worker-id-shared", worker: id, at: [twin.at, remote] });
  outbox.notify({ kind: "worker-joined", worker: worker.name, style, remote, slots: 1 });
  return worker;
}

/**
 * Of two that pull from two hosts neither is the other; each is to be given tasks, and to report on its own. But one that
 * has been silent and holds nothing may have moved. Two on one host cannot be told apart: they are served as one.
 */
function pullWorkerAt(
  namesakes: readonly WorkerRecord[],
  { host }: Endpoint,
  now: InstantMs,
): WorkerRecord | undefined {
  const hasMoved = ({ status, attempts, lastSeenAt }: WorkerRecord): boolean =>
    status !== "lent" && attempts.size === 0 && elapsed(lastSeenAt, now) >= MOVED_AFTER_MS;
  return namesakes.find(({ at }) => at.host === host) ?? namesakes.find(hasMoved);
}

const MOVED_AFTER_MS = durationMs(10_000);

function answerPolls(state: State, now: InstantMs): void {
  const { polls, open, lastAccepted } = state;
  // Without a connection nobody has asked.
  for (const poll of lastAccepted === undefined ? [] : polls.takeDue(lastAccepted)) {
    if (open.has(poll.conn)) answerPoll(state, poll, now);
  }
  state.restsUntil = polls.isWaiting ? now : undefined;
}

/** With a task or without; the connection ends with the answer. */
function answerPoll(state: State, { worker, conn, order, isStale }: Poll, now: InstantMs): void {
  const { outbox, backlog, farm } = state;
  // A worker that has not answered is not idle, whatever it asks for; nor is one that was forgotten since it asked: a guest
  // of which its owner says that it is home. If it is here all the same, it asks again.
  const isKnown = farm.withId(worker.id).includes(worker);
  const isFree = worker.attempts.size === 0 && !worker.isBarred && !isStale && isKnown;
  const task = isFree && order === undefined ? backlog.next(worker.types, true) : undefined;
  const query = task === undefined ? undefined : queryOf(task);
  if (task === undefined || query === undefined) outbox.emit({ type: "send", conn, message: order ?? NO_TASK });
  else give(state, worker, conn, task, query, now);
  outbox.emit({ type: "close", conn });
  state.open.delete(conn);
}

function give(
  { attempts, outbox, options, lastAccepted }: State,
  worker: WorkerRecord,
  conn: ConnId,
  task: LiveTask,
  query: Query,
  now: InstantMs,
): void {
  const timeoutMs = visibilityMs(task.attempts + 1, options);
  const terms = {
    timeoutMs,
    givenOn: conn,
    givenTo: worker.at.host,
    ...(lastAccepted === undefined ? {} : { acceptedBefore: lastAccepted }),
  };
  attempts.give(task, worker, terms, now);
  outbox.emit({ type: "send", conn, message: query });
}

function greetPushed(state: State, worker: WorkerRecord, conn: ConnId, order: Order, now: InstantMs): void {
  if (worker.conn !== conn) {
    state.farm.bind(worker, conn);
    // What it was still to say on the other connection it will not say here.
    for (const attempt of [...worker.attempts.values()]) if (!attempt.isOpen) state.attempts.release(attempt);
    worker.unansweredKeepAlives = 0;
    state.free.delete(worker);
    // One that works says nothing, for as long as its task may take. One that should talk and is silent is ours to notice.
    state.outbox.emit({ type: "spare", conn, isSpared: true });
    state.outbox.emit({ type: "allow", conn, linesPerSecond: state.options.workerLinesPerSecondMax });
    // What it has of this process is known, and may be reported here. An order is not to share a segment with a question.
    if (worker.attempts.size === 0 && order === undefined) keepAlive(state, worker, conn, now);
  } else {
    answered(state, worker);
  }
  state.keepAlives.schedule(worker, after(now, KEEP_ALIVE_EVERY_MS));
  state.farm.review(worker);
  if (order !== undefined) state.outbox.emit({ type: "send", conn, message: order });
}

/** Whoever is busy answers when it has reported; so there is nothing left to come. */
function answered({ free }: State, worker: WorkerRecord): void {
  worker.unansweredKeepAlives = 0;
  if (worker.attempts.size === 0) free.add(worker);
}

/**
 * A worker on a new connection may still be at work on what it was given on another: by this master before a restart,
 * by this process before the task was given up, or by another master. Given a task now, it would report the old one
 * first, and that would be taken for the result of the new one; so it is asked first whether it is there.
 */
function givePushed(state: State, worker: WorkerRecord, now: InstantMs): boolean {
  const { conn } = worker;
  // One line at most may be without its answer: some readers drop what follows the first.
  if (conn === undefined || worker.unansweredKeepAlives > 0 || state.reporting.has(worker)) return false;
  if (!state.free.has(worker)) {
    keepAlive(state, worker, conn, now);
    return false;
  }
  const task = state.backlog.next(worker.types, true);
  const query = task === undefined ? undefined : queryOf(task);
  if (task === undefined || query === undefined) return false;
  state.free.delete(worker);
  give(state, worker, conn, task, query, now);
  return true;
}

function keepAlive({ keepAlives, outbox }: State, worker: WorkerRecord, conn: ConnId, now: InstantMs): void {
  keepAlives.schedule(worker, after(now, KEEP_ALIVE_EVERY_MS));
  worker.unansweredKeepAlives++;
  outbox.emit({ type: "send", conn, message: { kind: "keep-alive" } });
}

function keepAliveDue(state: State, worker: WorkerRecord, now: InstantMs): void {
  const { conn } = worker;
  // Of one that was given up the connection is closed, though its end may not have been told yet.
  if (conn === undefined || worker.status !== "alive") {
    state.free.delete(worker);
    return;
  }
  state.keepAlives.schedule(worker, after(now, KEEP_ALIVE_EVERY_MS));
  if (worker.attempts.size > 0) return;
  // Not every worker knows the word. One that has said nothing to it for so long is served as it is: that its next
  // result is that of another task is less likely by now than that it would wait for a first task for ever.
  if (worker.unansweredKeepAlives > 0 && !state.free.has(worker)) answered(state, worker);
  else if (worker.unansweredKeepAlives === 0) keepAlive(state, worker, conn, now);
}

function takeStatus(state: State, conn: ConnId, remote: Endpoint, status: WorkerStatus, now: InstantMs): void {
  const isPush = state.open.get(conn) === true;
  const worker = isPush ? state.farm.on(conn) : reporterOf(state, status.worker, remote);
  if (worker !== undefined) state.farm.heard(worker, now);
  const ack = isPush ? (): void => {} : acknowledgement(state, conn, status.worker);
  // A push worker that means nothing by what it says does not name itself.
  if (isPush && status.worker === undefined) return;
  const attempt = worker === undefined ? undefined : attemptFor(worker, conn, remote);
  if (attempt === undefined) {
    state.outbox.notify({
      kind: "result-unexpected",
      worker: status.worker ?? remote.host,
      why: "it holds no task that this could be the result of",
    });
    ack();
    return;
  }
  const { isOk, output, error = "the worker said NOK" } = status;
  const outcome = isOk ? ({ isOk, output } as const) : ({ isOk, code: codeOf(error), message: error } as const);
  // The answer waits for the disk, and the worker may have said all that it wants to say.
  if (!isPush) state.outbox.emit({ type: "owe", conn });
  state.attempts.report(attempt, outcome, ack, now);
  if (isPush) rest(state, attempt.worker, now);
}

const ABORTED = "ERR_TASK_ABORTED" satisfies keyof typeof attemptErrors;

/**
 * The class has no word for a task that is handed back. A worker of ours that has to leave says NOK, and why in ERROR; that
 * is no failure of the task. Every other word of it is: its worker stays, and would be given the same task again at once.
 */
const codeOf = (error: string): string => (error.startsWith(`${ABORTED}: `) ? ABORTED : "ERR_TASK_FAILED");

/**
 * On a connection for life the connection rule cannot tell a second report of the last task from the first of the next.
 * What a worker says twice it says at once, so it is given its next task when all that has arrived is read.
 */
function rest(state: State, worker: WorkerRecord, now: InstantMs): void {
  state.free.add(worker);
  state.reporting.add(worker);
  state.restsUntil ??= now;
}

function reporterOf({ farm }: State, id: NodeId | undefined, { host }: Endpoint): WorkerRecord | undefined {
  if (id === undefined) return undefined;
  return farm.withId(id).find(({ style, at }) => style.startsWith("pull") && at.host === host);
}

/**
 * Whose result is this? It has no id, so it counts for the one task that the worker was given, and only if it comes on
 * the connection that carried the task or on one that was accepted after that: anything else was on its way before the
 * worker had the task, and is the result of another.
 */
function attemptFor({ attempts }: WorkerRecord, conn: ConnId, { host }: Endpoint): Attempt | undefined {
  for (const attempt of attempts.values()) {
    const { givenOn, acceptedBefore, givenTo } = attempt;
    if (givenTo !== host) continue;
    if (conn === givenOn || (acceptedBefore !== undefined && conn > acceptedBefore)) return attempt;
  }
  return undefined;
}

function acknowledgement(state: State, conn: ConnId, worker: NodeId | undefined): () => void {
  return () => {
    if (!state.open.has(conn)) return;
    const message =
      worker === undefined ? ({ kind: "status-ack" } as const) : ({ kind: "status-ack", worker } as const);
    state.outbox.emit({ type: "send", conn, message });
    state.outbox.emit({ type: "close", conn });
    state.open.delete(conn);
  };
}
