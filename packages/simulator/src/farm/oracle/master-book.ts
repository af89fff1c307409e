import type { MasterEffect, MasterEvent, MasterNodeOptions, Notice, WriteId } from "@mutirao/node-core";
import { after, type ConnId, type InstantMs, instantMs, isDialled, type TaskId } from "@mutirao/primitives";
import type { Message, SendableMessage } from "@mutirao/protocol";
import type { StoreChange, StoreContents, TaskChange, TaskOrder } from "@mutirao/task-store";
import { masterStallMs } from "../bounds.ts";
import type { MasterStep } from "../world.ts";
import {
  type AssignmentBook,
  type Books,
  closeAssignment,
  isStillToCome,
  keyOf,
  type LiveBook,
  type News,
  noNews,
  release,
  releaseOverdue,
  type WorkerBook,
  wait,
} from "./books.ts";
import { forgetFormer, hear } from "./worker-talk.ts";

export type { AssignmentBook, LiveBook, LossNews, News, WorkerBook } from "./books.ts";

/**
 * How everything must stand with a master, by the rules and by what went in and out of it: which task waits, who has
 * which, whose turn it is. It reads events and effects alone and knows none of the core's machines.
 */
export interface MasterBook {
  readonly live: ReadonlyMap<TaskId, LiveBook>;
  readonly workers: ReadonlyMap<string, WorkerBook>;
  /** Since when silence counts; later than the last stall of the master's own. */
  readonly resumedAt: InstantMs;
  /** Tasks that wait, end, or are with a worker; those that are being accepted are not among them. */
  count(phase: LiveBook["phase"]): number;
  /** Tasks that were found on the disk: no limit of the backlog is on them. */
  readonly recovered: number;
  isRecovered(task: TaskId): boolean;
  /** Writes that the disk has not answered. */
  readonly writesOpen: number;
  note(step: MasterStep): News;
}

interface State extends Books {
  readonly writes: Map<WriteId, readonly TaskChange[]>;
  /** What was asked to be tried again, by hand; it may take a while. */
  readonly retries: Map<TaskId, TaskOrder>;
  isResuming: boolean;
  readonly recovered: Set<TaskId>;
  resumedAt: InstantMs;
}

export function createMasterBook(options: MasterNodeOptions): MasterBook {
  const state: State = {
    options,
    live: new Map(),
    workers: new Map(),
    byConn: new Map(),
    conns: new Map(),
    hosts: new Map(),
    polls: new Map(),
    ended: new Set(),
    replaced: new Map(),
    lastAccepted: undefined,
    accepted: 0,
    writes: new Map(),
    retries: new Map(),
    isResuming: false,
    recovered: new Set(),
    resumedAt: instantMs(Number.NEGATIVE_INFINITY),
  };
  return {
    live: state.live,
    workers: state.workers,
    get resumedAt() {
      return state.resumedAt;
    },
    get recovered() {
      return state.recovered.size;
    },
    isRecovered: (task) => state.recovered.has(task),
    get writesOpen() {
      return state.writes.size;
    },
    count(phase) {
      let count = 0;
      for (const live of state.live.values()) if (live.phase === phase) count++;
      return count;
    },
    note(step) {
      const news = noNews();
      state.replaced.clear();
      noteStall(state, news, step);
      if (isRefused(step)) refusedWorker(state, step.event, step.now);
      else noteEvent(state, news, step.event, step.now);
      for (const effect of step.effects) noteEffect(state, news, step.event, effect, step.now);
      noteConnections(state, step.event, step.now);
      return news;
    },
  };
}

/** A late call starts the time of silence anew, at its first sign and when the late wake-up comes. */
function noteStall(state: State, news: News, { event, dueAt, now }: MasterStep): void {
  const isLate = dueAt !== undefined && now - dueAt > masterStallMs(state.options);
  if (isLate && (!state.isResuming || event.type === "wake")) {
    state.resumedAt = now;
    for (const { holder } of state.live.values()) if (holder !== undefined) holder.countsFrom = now;
    news.isStalled = true;
  }
  state.isResuming = isLate && event.type !== "wake";
}

function noteEvent(state: State, news: News, event: MasterEvent, now: InstantMs): void {
  switch (event.type) {
    case "recovered":
      recover(state, event.contents, now);
      break;
    case "store-committed":
      for (const change of takeWrite(state, event.write)) committed(state, change, now);
      break;
    case "store-refused":
      for (const change of takeWrite(state, event.write)) refused(state, change);
      break;
    case "conn-opened":
      if (isDialled(event.conn)) break;
      state.hosts.set(event.conn, event.remote.host);
      state.conns.set(event.conn, event.local.port === state.options.pushPort ? "push" : "main");
      state.lastAccepted = event.conn;
      break;
    case "retry":
      state.retries.set(event.record.id, event.record);
      break;
    case "wake":
      releaseOverdue(state, now);
      for (const worker of state.workers.values()) worker.isResting = false;
      break;
    case "input-ended":
      state.ended.add(event.conn);
      break;
    case "message-received":
      hear(state, news, event.conn, event.message, now);
      break;
    default:
  }
}

function noteConnections(state: State, event: MasterEvent, now: InstantMs): void {
  if (event.type !== "conn-closed") return;
  state.conns.delete(event.conn);
  state.polls.delete(event.conn);
  state.ended.delete(event.conn);
  const worker = state.byConn.get(event.conn);
  if (worker === undefined) return;
  state.byConn.delete(event.conn);
  worker.conn = undefined;
  if (worker.status !== "alive") return;
  worker.status = "away";
  worker.awaySince = now;
}

function recover(state: State, { unfinished }: StoreContents, now: InstantMs): void {
  for (const { status, ...order } of unfinished) {
    const live = enter(state, order, now);
    state.recovered.add(order.id);
    live.attempts = status.attempts;
    live.failures = status.failures;
    live.losses = status.losses;
    // Whoever has been running it for long is waited for.
    const readyAt = status.worker === undefined ? now : after(now, state.options.graceMs);
    wait(live, now, readyAt, readyAt);
  }
}

function enter(state: State, order: TaskOrder, now: InstantMs): LiveBook {
  const live: LiveBook = {
    order,
    seq: state.accepted++,
    phase: "accepting",
    readyAt: now,
    notBefore: now,
    isDelayed: false,
    attempts: 0,
    failures: 0,
    losses: 0,
    holder: undefined,
  };
  state.live.set(order.id, live);
  return live;
}

function takeWrite(state: State, write: WriteId): readonly TaskChange[] {
  const changes = state.writes.get(write) ?? [];
  state.writes.delete(write);
  return changes;
}

function committed({ live: all }: State, change: TaskChange, now: InstantMs): void {
  const [id, status] = change.kind === "accepted" ? [change.task.id, change.task.status] : [change.id, change.status];
  const live = all.get(id);
  if (live === undefined) return;
  if (status.state !== "pending") all.delete(id);
  else if (live.phase === "accepting") wait(live, now, now, now);
}

/** What was to be accepted, or opened again, was not; all else is written again. */
function refused({ live: all }: State, change: TaskChange): void {
  const id = change.kind === "accepted" ? change.task.id : change.id;
  if (all.get(id)?.phase === "accepting") all.delete(id);
}

function noteEffect(state: State, news: News, event: MasterEvent, effect: MasterEffect, now: InstantMs): void {
  switch (effect.type) {
    case "store":
      state.writes.set(effect.write, effect.changes.filter(isOfTask));
      for (const change of effect.changes) if (isOfTask(change)) asked(state, change, now);
      break;
    case "send":
      said(state, news, effect.conn, effect.message, now);
      break;
    case "notify":
      told(state, news, event, effect.notice, now);
      break;
    default:
  }
}

const isOfTask = (change: StoreChange): change is TaskChange => change.kind !== "leased";

function asked(state: State, change: TaskChange, now: InstantMs): void {
  if (change.kind === "accepted") {
    enter(state, change.task, now);
    return;
  }
  const { id, status } = change;
  const live = state.live.get(id);
  if (live === undefined) {
    const order = state.retries.get(id);
    if (status.state !== "pending" || order === undefined) return;
    enter(state, order, now).attempts = status.attempts;
    return;
  }
  if (status.state === "pending" || live.phase === "ending") return;
  if (live.holder !== undefined) closeAssignment(state, live.holder);
  live.phase = "ending";
}

function said(state: State, news: News, conn: ConnId, message: SendableMessage, now: InstantMs): void {
  if (message.kind === "task-batch") {
    const worker = state.byConn.get(conn);
    if (worker === undefined) return;
    for (const { task, attempt, timeoutMs } of message.tasks) {
      give(state, news, worker, task, attempt, timeoutMs + state.options.graceMs, undefined, now);
    }
  } else if (message.kind === "query") {
    const isInVain = state.ended.has(conn) && state.polls.get(conn)?.hasEndedPoll === false;
    const worker = answered(state, conn);
    const task = /"?([^" ]*)/.exec(message.user)?.[1] ?? "";
    if (worker === undefined) return;
    const live = state.live.get(task as TaskId);
    if (live === undefined) return;
    const { visibilityMs, visibilityMaxMs, graceMs } = state.options;
    const allowedMs = Math.min(visibilityMs * 2 ** live.attempts, Math.max(visibilityMs, visibilityMaxMs)) + graceMs;
    give(state, news, worker, live.order.id, live.attempts + 1, allowedMs, conn, now);
    if (isInVain) news.givenInVain.push(...news.given.slice(-1));
  } else if (message.kind === "no-task") {
    const mayBeGone = state.ended.has(conn);
    const worker = answered(state, conn);
    if (worker?.assigned.size === 0 && !mayBeGone) news.refusedPolls.add(worker);
  } else if (message.kind === "keep-alive") {
    const worker = state.byConn.get(conn);
    if (worker !== undefined) worker.owesPong = true;
  }
}

/** A worker of the class is told something: one that pulls has its answer with that. */
function answered(state: State, conn: ConnId): WorkerBook | undefined {
  const pushed = state.byConn.get(conn);
  if (pushed !== undefined) return pushed;
  const worker = state.polls.get(conn);
  if (worker !== undefined) worker.hasEndedPoll = state.ended.has(conn);
  state.polls.delete(conn);
  return worker;
}

function give(
  state: State,
  news: News,
  worker: WorkerBook,
  task: TaskId,
  attempt: number,
  allowedMs: number,
  givenOn: ConnId | undefined,
  now: InstantMs,
): void {
  const live = state.live.get(task);
  const assignment: AssignmentBook = {
    task,
    attempt,
    of: live,
    worker,
    givenAt: now,
    countsFrom: now,
    allowedMs,
    isOpen: true,
    givenOn,
    acceptedBefore: givenOn === undefined ? undefined : state.lastAccepted,
  };
  news.given.push(assignment);
  worker.assigned.set(keyOf(task, attempt), assignment);
  if (live === undefined) return;
  live.phase = "assigned";
  live.attempts = attempt;
  live.holder = assignment;
}

function told(state: State, news: News, event: MasterEvent, notice: Notice, now: InstantMs): void {
  switch (notice.kind) {
    case "attempt-failed":
      if (notice.code === "ERR_WORKER_LOST" || notice.code === "ERR_WORKER_SILENT") {
        lose(state, news, notice.task, notice.code, now);
      }
      break;
    case "worker-joined": {
      const worker = joined(state, event);
      if (worker !== undefined) worker.name = notice.worker;
      break;
    }
    case "loan-changed":
      if (notice.direction === "out" || notice.to !== "left") break;
      if (event.type === "message-received") departed(state, news, event.message, notice.worker, now);
      if (event.type === "conn-closed") leftBy(state, event.conn);
      break;
    case "worker-renamed":
      renamed(state, notice.was, notice.worker);
      break;
    case "worker-gone":
      if (notice.why !== "connection") gone(state, notice.worker);
      break;
    default:
  }
}

/** Its owner says that a guest is home: what it had here is somebody else's turn, and costs its tasks nothing. */
function departed(state: State, news: News, message: Message, id: string, now: InstantMs): void {
  if (message.kind !== "release-completed") return;
  for (const worker of state.workers.values()) {
    if (worker.id !== id) continue;
    worker.status = "gone";
    for (const assignment of [...worker.assigned.values()]) {
      const isHolder = state.live.get(assignment.task)?.holder === assignment;
      release(assignment);
      assignment.isOpen = false;
      const live = state.live.get(assignment.task);
      if (!isHolder || live === undefined) continue;
      wait(live, now, now, now);
      news.givenBack.push(assignment);
    }
  }
}

/** A guest has gone home, as it was told to. */
function leftBy({ byConn }: State, conn: ConnId): void {
  const worker = byConn.get(conn);
  if (worker !== undefined && worker.assigned.size === 0) worker.status = "gone";
}

function joined(state: State, event: MasterEvent): WorkerBook | undefined {
  if (event.type !== "message-received" || event.message.kind !== "worker-alive") return undefined;
  return state.byConn.get(event.conn) ?? state.workers.get(`${event.message.worker} (pull)`);
}

function lose(state: State, news: News, task: TaskId, code: string, now: InstantMs): void {
  const live = state.live.get(task);
  const replaced = state.replaced.get(task);
  const assignment = replaced ?? live?.holder;
  if (live === undefined || assignment === undefined) return;
  news.lost.push({ assignment, code, dueAt: assignment.countsFrom + assignment.allowedMs });
  assignment.isOpen = false;
  live.losses++;
  if (replaced !== undefined) return;
  wait(live, now, now, now);
  // A worker of ours that is only slow lets go of it later, and says so.
  const isKept = code === "ERR_WORKER_SILENT" && (assignment.worker.style === "session" || isStillToCome(assignment));
  if (isKept) assignment.countsFrom = now;
  else release(assignment);
}

/** The one that had the name is forgotten: if that process comes again, it is nobody who was known. */
function renamed(state: State, was: string, name: string): void {
  for (const [key, worker] of state.workers) {
    if (worker.name === name && worker.status === "gone") state.workers.delete(key);
    if (worker.name === was && worker.status !== "gone") worker.name = name;
  }
}

function gone(state: State, name: string): void {
  for (const worker of state.workers.values()) {
    if (worker.name !== name || worker.status === "gone") continue;
    worker.status = "gone";
    for (const assignment of [...worker.assigned.values()]) release(assignment);
  }
}

const isRefused = ({ effects }: MasterStep): boolean =>
  effects.some((effect) => effect.type === "notify" && effect.notice.kind === "worker-refused");

/** Somebody for whom there is no room; if he came under the id of one that is away, that one is no more even so. */
function refusedWorker(state: State, event: MasterEvent, now: InstantMs): void {
  if (event.type !== "message-received" || event.message.kind !== "worker-alive") return;
  if (event.message.hello !== undefined) forgetFormer(state, event.message.worker, now);
}
