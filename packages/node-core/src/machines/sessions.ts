import type { ConnId, DurationMs, Endpoint, InstantMs, NodeId } from "@mutirao/primitives";
import type { AttemptRef, ResultBatch, WorkerAlive, WorkerHello } from "@mutirao/protocol";
import type { Attempts } from "./attempts.ts";
import type { Farm } from "./farm.ts";
import type { Lending } from "./lending/lending.ts";
import type { MasterOutbox } from "./outbox.ts";
import type { SessionTalk } from "./session-talk.ts";
import type { TaskLedger } from "./task-ledger.ts";
import { attemptKey, type WorkerRecord } from "./worker-record.ts";

/** Conversations with our own workers: one connection each, tasks by their ids, several at once. */
export interface Sessions {
  onHello(conn: ConnId, remote: Endpoint, alive: WorkerAlive, hello: WorkerHello, now: InstantMs): void;
  onResults(conn: ConnId, batch: ResultBatch, now: InstantMs): void;
}

export interface SessionsOptions {
  readonly selfId: NodeId;
  readonly workerLinesPerSecondMax: number;
  readonly graceMs: DurationMs;
  readonly intervalMs: DurationMs;
  readonly timeoutMs: DurationMs;
}

export interface SessionsTools {
  readonly outbox: MasterOutbox;
  readonly farm: Farm;
  readonly ledger: TaskLedger;
  readonly attempts: Attempts;
  readonly talk: SessionTalk;
  readonly lending: Pick<Lending, "greet" | "onWorkerLost">;
}

interface State extends SessionsTools {
  readonly options: SessionsOptions;
}

export function createSessions(options: SessionsOptions, tools: SessionsTools): Sessions {
  const state: State = { ...tools, options };
  return {
    onHello: (conn, remote, alive, hello, now) => greet(state, conn, remote, alive, hello, now),
    onResults: (conn, batch, now) => takeResults(state, conn, batch, now),
  };
}

function greet(
  state: State,
  conn: ConnId,
  remote: Endpoint,
  alive: WorkerAlive,
  hello: WorkerHello,
  now: InstantMs,
): void {
  const { farm, outbox, options } = state;
  const worker = identify(state, conn, remote, alive.worker, hello.boot, now);
  if (worker === undefined) {
    outbox.notify({ kind: "worker-refused", worker: alive.worker, remote, why: "there are too many workers" });
    outbox.emit({ type: "close", conn });
    return;
  }
  const isNews = worker.conn !== conn;
  if (isNews) {
    // The connection of one that fell silent is closed already, though its end may not have been told.
    if (worker.conn !== undefined && worker.status !== "gone") outbox.emit({ type: "close", conn: worker.conn });
    farm.bind(worker, conn);
    outbox.emit({ type: "allow", conn, linesPerSecond: options.workerLinesPerSecondMax });
    worker.isResynced = false;
    worker.unaccounted = new Set(worker.attempts.values());
    worker.at = remote;
  }
  farm.heard(worker, now);
  worker.boot = hello.boot;
  worker.owner = alive.owner === options.selfId ? undefined : alive.owner;
  worker.slots = hello.slots;
  worker.types = new Set(hello.types);
  const { order, ...terms } = state.lending.greet(worker, alive, now);
  const { selfId: from, graceMs, intervalMs, timeoutMs } = options;
  outbox.emit({
    type: "send",
    conn,
    message: { kind: "worker-welcome", from, graceMs, intervalMs, timeoutMs, ...terms },
  });
  if (isNews)
    outbox.notify({ kind: "worker-joined", worker: worker.name, style: worker.style, remote, slots: hello.slots });
  reconcile(state, worker, hello.holding, now);
  farm.review(worker);
  // On the connection of this very hello: that of an old one has ended, and what it asks for must not be obeyed.
  if (order !== undefined) outbox.emit({ type: "send", conn, message: order });
}

/** Which worker this is: the one that talks here already, one that comes back, or a new one. */
function identify(
  state: State,
  conn: ConnId,
  remote: Endpoint,
  id: NodeId,
  boot: string,
  now: InstantMs,
): WorkerRecord | undefined {
  const { farm } = state;
  const here = farm.on(conn);
  if (here?.id === id && here.boot === boot) return here;
  const namesakes = farm.withId(id).filter(({ style }) => style === "session");
  const same = namesakes.find((worker) => worker.boot === boot);
  if (same !== undefined) return same;
  for (const former of namesakes) if (former.status !== "alive") replace(state, former, now);
  const twin = namesakes.find(({ status }) => status === "alive");
  const worker = farm.add(id, "session", remote, now);
  if (worker !== undefined && twin !== undefined) {
    state.outbox.notify({ kind: "worker-id-shared", worker: id, at: [twin.at, remote] });
  }
  return worker;
}

/** Another process has come under the id of one that was away: that one is no more, and what it ran is lost. */
function replace({ farm, attempts, lending }: State, former: WorkerRecord, now: InstantMs): void {
  attempts.loseAll(former, "its process ended", now);
  lending.onWorkerLost(former, now);
  farm.forget(former);
}

/** Compares what the worker holds with what we think it holds. */
function reconcile(state: State, worker: WorkerRecord, holding: readonly AttemptRef[], now: InstantMs): void {
  const { ledger, attempts, talk } = state;
  worker.unwanted = new Set();
  for (const ref of holding) {
    const known = worker.attempts.get(attemptKey(ref.task, ref.attempt));
    if (known !== undefined) worker.unaccounted.delete(known);
    if (known?.isOpen === true) continue;
    const task = ledger.live.get(ref.task);
    const isWaiting = task?.phase === "pending" || task?.phase === "delayed";
    if (task !== undefined && isWaiting) {
      attempts.adopt(task, worker, ref.attempt, now);
      continue;
    }
    // Another has it, or it has ended: one of the two would work in vain.
    talk.cancel(worker, ref);
    if (known === undefined) worker.unwanted.add(attemptKey(ref.task, ref.attempt));
  }
}

function takeResults(state: State, conn: ConnId, batch: ResultBatch, now: InstantMs): void {
  const { farm, talk, outbox } = state;
  const worker = farm.on(conn);
  if (worker === undefined || worker.id !== batch.worker || worker.style !== "session") {
    outbox.notify({
      kind: "result-unexpected",
      worker: batch.worker,
      why: "no worker of that id talks on this connection",
    });
    return;
  }
  farm.heard(worker, now);
  for (const { task, attempt, outcome } of batch.results) {
    const ref: AttemptRef = { task, attempt };
    const ack = (): void => {
      // It may have come back on another connection meanwhile; then it reports again there.
      if (worker.conn === conn) talk.ack(conn, ref);
    };
    const key = attemptKey(task, attempt);
    if (worker.unwanted.delete(key)) farm.review(worker);
    const open = worker.attempts.get(key);
    const live = state.ledger.live.get(task);
    if (open !== undefined) state.attempts.report(open, outcome, ack, now);
    else if (live !== undefined) state.attempts.reportStray({ task: live, worker, number: attempt }, outcome, ack, now);
    else noteLate(state, worker, task, outcome.isOk, ack);
  }
  for (const { task, attempt, fraction, note } of batch.progress) {
    const open = worker.attempts.get(attemptKey(task, attempt));
    if (open?.isOpen) open.task.progress = { fraction, note };
  }
  if (batch.isResynced && !worker.isResynced) resynced(state, worker, now);
}

/** The task has ended, or never was. */
function noteLate(
  { outbox }: State,
  worker: WorkerRecord,
  task: ResultBatch["results"][number]["task"],
  isOk: boolean,
  ack: () => void,
): void {
  if (isOk) outbox.notify({ kind: "result-duplicate", task, worker: worker.id });
  ack();
}

/** The worker has said all that it had: what it neither holds nor reported did not reach it, or is forgotten by it. */
function resynced({ attempts, farm }: State, worker: WorkerRecord, now: InstantMs): void {
  worker.isResynced = true;
  for (const attempt of worker.unaccounted) {
    // It may have been reported meanwhile, and then it is there no more.
    if (worker.attempts.get(attempt.key) === attempt) attempts.giveBack(attempt, now);
  }
  worker.unaccounted.clear();
  farm.review(worker);
}
