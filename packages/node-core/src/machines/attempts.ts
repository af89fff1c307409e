import {
  after,
  type ConnId,
  createDeadlineQueue,
  type DurationMs,
  durationMs,
  earlierOf,
  elapsed,
  type InstantMs,
  type Prng,
} from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";
import type { attemptErrors } from "../master-effects.ts";
import { retryDelayMs } from "../policies/retry-delay.ts";
import type { Backlog } from "./backlog.ts";
import type { Farm } from "./farm.ts";
import { type Acknowledge, addStory, type LiveTask } from "./live-task.ts";
import type { MasterOutbox } from "./outbox.ts";
import type { TaskLedger } from "./task-ledger.ts";
import type { WallClock } from "./wall-clock.ts";
import { type Attempt, attemptKey, type WorkerRecord } from "./worker-record.ts";

/** Which worker has which task, and what becomes of a task when its worker reports, is lost, or is told to stop. */
export interface Attempts {
  /** The number of attempts that count. */
  readonly running: number;
  /** The tasks that are being run, in the order in which they were given out. */
  tasks(): Iterable<LiveTask>;
  /** A task that waits is given to a worker. */
  give(task: LiveTask, worker: WorkerRecord, terms: AttemptTerms, now: InstantMs): Attempt;
  /** A worker came back with a task that we thought waits: it keeps it. */
  adopt(task: LiveTask, worker: WorkerRecord, number: number, now: InstantMs): Attempt;
  /** The worker tells how its attempt at a task went. `ack` is called when it may forget that. */
  report(attempt: Attempt, outcome: AttemptOutcome, ack: Acknowledge, now: InstantMs): void;
  /** A result of a task that counts though another has the task, or nobody: whoever is first counts. */
  reportStray(stray: StrayAttempt, outcome: AttemptOutcome, ack: Acknowledge, now: InstantMs): void;
  /** The worker is lost under all that it has: it is somebody else's turn. */
  loseAll(worker: WorkerRecord, why: string, now: InstantMs): void;
  /** The worker does not have the task, through no fault of the task: it is somebody else's turn. */
  giveBack(attempt: Attempt, now: InstantMs): void;
  /** The slot is free: whatever became of the task, the worker does not work on it any more. */
  release(attempt: Attempt): void;
  /** The task is not to be worked on any more. */
  abandon(task: LiveTask): void;
  onResumed(now: InstantMs): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

/** An attempt that does not count: it was given up, or a master that has restarted never heard of it. */
export type StrayAttempt = Pick<Attempt, "task" | "worker" | "number">;

/** How an attempt can be lost. */
type LossCode = keyof typeof attemptErrors & ("ERR_WORKER_LOST" | "ERR_WORKER_SILENT");

/** How long an attempt may take, and how its result will be known. */
export interface AttemptTerms {
  readonly timeoutMs: DurationMs;
  readonly givenOn?: ConnId;
  readonly acceptedBefore?: ConnId;
  readonly givenTo?: string;
}

export interface AttemptsOptions {
  readonly lossesMax: number;
  readonly retryMs: DurationMs;
  readonly retryMaxMs: DurationMs;
  readonly graceMs: DurationMs;
}

export interface AttemptsTools {
  readonly outbox: MasterOutbox;
  readonly clock: WallClock;
  readonly ledger: TaskLedger;
  readonly backlog: Backlog;
  readonly farm: Farm;
  readonly prng: Prng;
  /** A task was given to a worker, after it had waited for so long. */
  readonly onBegun: (waitMs: DurationMs) => void;
  /** An attempt of a session ended well; its length is worth measuring. */
  readonly onServed: (serviceMs: DurationMs) => void;
  /** A worker that can be told is to stop working on it. */
  readonly tellToStop: (attempt: Attempt) => void;
}

/** An attempt that has run for so long is marked in the store, so that a master that comes back waits for its worker. */
const MARK_AFTER_MS = durationMs(1_000);

interface State extends AttemptsTools {
  readonly options: AttemptsOptions;
  /** When each attempt is overdue. */
  readonly overdue: ReturnType<typeof createDeadlineQueue<Attempt>>;
  /** Attempts that are not marked yet, in the order in which they began. Those that are over are skipped. */
  unmarked: Attempt[];
  unmarkedFrom: number;
  readonly open: Set<Attempt>;
}

export function createAttempts(options: AttemptsOptions, tools: AttemptsTools): Attempts {
  const state: State = {
    ...tools,
    options,
    overdue: createDeadlineQueue(),
    unmarked: [],
    unmarkedFrom: 0,
    open: new Set(),
  };
  return {
    get running() {
      return state.open.size;
    },
    tasks: () => state.open.values().map(({ task }) => task),
    give(task, worker, terms, now) {
      state.onBegun(elapsed(task.queuedAt, now));
      return begin(state, task, worker, task.attempts + 1, terms, now);
    },
    adopt: (task, worker, number, now) => begin(state, task, worker, number, { timeoutMs: task.order.timeoutMs }, now),
    report: (attempt, outcome, ack, now) => report(state, attempt, outcome, ack, now),
    reportStray: (attempt, outcome, ack, now) => stray(state, attempt, outcome, ack, now),
    loseAll: (worker, why, now) => loseAll(state, worker, why, now),
    giveBack: (attempt, now) => giveBack(state, attempt, now),
    release: (attempt) => release(state, attempt),
    abandon(task) {
      if (task.attempt === undefined) state.backlog.remove(task);
      else stop(state, task.attempt);
    },
    onResumed(now) {
      // Results may be waiting, unread, in the very sockets whose time is up.
      for (const attempt of state.open) state.overdue.schedule(attempt, after(now, attempt.allowedMs));
    },
    wake: (now) => wake(state, now),
    nextDeadline: () => earlierOf(state.overdue.nextDeadline(), nextMarkAt(state)),
  };
}

function begin(
  state: State,
  task: LiveTask,
  worker: WorkerRecord,
  number: number,
  { timeoutMs, givenOn, acceptedBefore, givenTo }: AttemptTerms,
  now: InstantMs,
): Attempt {
  state.backlog.remove(task);
  const allowedMs = durationMs(timeoutMs + state.options.graceMs);
  const key = attemptKey(task.order.id, number);
  const attempt: Attempt = {
    task,
    number,
    key,
    worker,
    startedAt: now,
    allowedMs,
    isOpen: true,
    givenOn,
    acceptedBefore,
    givenTo,
  };
  task.phase = "running";
  // One that is adopted goes by the number that its worker knows, which may be that of an earlier one.
  task.attempts = Math.max(task.attempts, number);
  task.attempt = attempt;
  task.startedAt = state.clock.at(now);
  task.formerWorker = undefined;
  task.progress = undefined;
  worker.attempts.set(key, attempt);
  state.open.add(attempt);
  state.overdue.schedule(attempt, after(now, allowedMs));
  if (!task.isMarked) state.unmarked.push(attempt);
  state.farm.served(worker);
  return attempt;
}

/** From now on the attempt does not count for its task any more. */
function close(state: State, attempt: Attempt): void {
  if (!attempt.isOpen) return;
  attempt.isOpen = false;
  attempt.task.attempt = undefined;
  state.open.delete(attempt);
}

function release(state: State, attempt: Attempt): void {
  close(state, attempt);
  state.overdue.cancel(attempt);
  const { worker } = attempt;
  worker.attempts.delete(attempt.key);
  state.farm.review(worker);
}

/**
 * The attempt counts no more. Its slot stays taken until its worker lets go of it: one of ours is told to; of another no
 * more can be known than that its time is over.
 */
function stop(state: State, attempt: Attempt): void {
  if (!attempt.isOpen) return;
  close(state, attempt);
  if (attempt.worker.style === "session") letGo(state, attempt);
}

function letGo(state: State, attempt: Attempt): void {
  state.overdue.cancel(attempt);
  state.tellToStop(attempt);
}

function report(state: State, attempt: Attempt, outcome: AttemptOutcome, ack: Acknowledge, now: InstantMs): void {
  const { task, worker, isOpen, startedAt } = attempt;
  release(state, attempt);
  if (!isOpen) {
    stray(state, attempt, outcome, ack, now);
    return;
  }
  const isReturned = !outcome.isOk && RETURNED.has(outcome.code);
  worker.returnedInARow = isReturned ? worker.returnedInARow + 1 : 0;
  if (outcome.isOk) {
    state.onServed(elapsed(startedAt, now));
    done(state, task, worker, outcome.output, ack, now);
  } else if (isReturned && worker.returnedInARow <= RETURNED_IN_A_ROW_MAX + worker.slots) {
    state.backlog.add(task, now);
    ack();
  } else {
    failed(state, attempt, outcome, ack, now);
  }
}

/** What a worker says when it hands a task back that it did not fail at: it leaves, or should not have got it. */
const RETURNED: ReadonlySet<string> = new Set<keyof typeof attemptErrors>([
  "ERR_TASK_ABORTED",
  "ERR_TASK_CANCELLED",
  "ERR_WORKER_BUSY",
  "ERR_TASK_TYPE_UNKNOWN",
]);

/**
 * So many, and one for each slot, a worker may hand back with no end of a task between. One that hands back more does not
 * leave, and would be given the same tasks at once, as fast as it can say no: what it hands back has failed.
 */
const RETURNED_IN_A_ROW_MAX = 16;

/** A result of an attempt that was given up. It is as good as any if it is one, and if it is the first. */
function stray(
  state: State,
  { task, worker, number }: StrayAttempt,
  outcome: AttemptOutcome,
  ack: Acknowledge,
  now: InstantMs,
): void {
  const isLive = state.ledger.live.get(task.order.id) === task;
  if (isLive && outcome.isOk && task.phase !== "ending" && task.phase !== "accepting") {
    if (task.attempt === undefined) state.backlog.remove(task);
    else stop(state, task.attempt);
    countIn(task, number);
    done(state, task, worker, outcome.output, ack, now);
    return;
  }
  if (outcome.isOk) state.outbox.notify({ kind: "result-duplicate", task: task.order.id, worker: worker.id });
  // While what was said first is on its way to the store, this waits with it.
  if (isLive && (task.phase === "ending" || task.acks.length > 0)) task.acks = [...task.acks, ack];
  else ack();
}

/**
 * The result is that of an attempt which a master that has restarted since may not know: the store hears of one after a
 * second only. Then it is not known either when it began; it is put to the first moment that it can have been, since
 * that claims no haste which nobody saw.
 */
function countIn(task: LiveTask, number: number): void {
  task.attempts = Math.max(task.attempts, number);
  task.startedAt ??= task.order.acceptedAt;
}

function done(
  state: State,
  task: LiveTask,
  worker: WorkerRecord,
  result: (AttemptOutcome & { isOk: true })["output"],
  ack: Acknowledge,
  now: InstantMs,
): void {
  worker.tasksDone++;
  task.acks = [...task.acks, ack];
  state.ledger.end(task, { state: "done", worker: worker.id, result }, now);
}

function failed(
  state: State,
  attempt: Attempt,
  { code, message }: AttemptOutcome & { isOk: false },
  ack: Acknowledge,
  now: InstantMs,
): void {
  const { task, worker } = attempt;
  task.failures++;
  task.acks = [...task.acks, ack];
  tellInVain(state, attempt, code, message, now);
  if (task.failures >= task.order.maxAttempts) {
    state.ledger.end(task, { state: "failed", worker: worker.id, error: { code, message } }, now);
    return;
  }
  state.backlog.delay(task, after(now, retryDelayMs(task.failures, state.options, state.prng)));
  state.ledger.note(task);
}

function lose(state: State, attempt: Attempt, code: LossCode, why: string, now: InstantMs): void {
  if (!attempt.isOpen) return;
  const { task, worker } = attempt;
  close(state, attempt);
  task.losses++;
  tellInVain(state, attempt, code, why, now);
  if (task.losses >= state.options.lossesMax) {
    const message = `${task.losses} workers were lost under it: ${why}`;
    state.ledger.end(task, { state: "dead", worker: worker.id, error: { code, message } }, now);
    return;
  }
  state.backlog.add(task, now);
  state.ledger.note(task);
}

/** The attempt brought no result: the task remembers that, and whoever listens is told. */
function tellInVain(
  { clock, outbox }: State,
  { task, number, worker: { id: worker } }: Attempt,
  code: string,
  message: string,
  now: InstantMs,
): void {
  task.isMarked = false;
  addStory(task, { attempt: number, worker, code, message, at: clock.at(now) });
  outbox.notify({ kind: "attempt-failed", task: task.order.id, attempt: number, worker, code, message });
}

function loseAll(state: State, worker: WorkerRecord, why: string, now: InstantMs): void {
  for (const attempt of [...worker.attempts.values()]) {
    lose(state, attempt, "ERR_WORKER_LOST", why, now);
    release(state, attempt);
  }
}

function giveBack(state: State, attempt: Attempt, now: InstantMs): void {
  const { task, isOpen } = attempt;
  release(state, attempt);
  if (isOpen) state.backlog.add(task, now);
}

/** When the first attempt that goes on is to be marked. All are after the same time, so the first begun is the first. */
function nextMarkAt(state: State): InstantMs | undefined {
  for (
    let first = state.unmarked[state.unmarkedFrom];
    first !== undefined;
    first = state.unmarked[state.unmarkedFrom]
  ) {
    if (first.isOpen) {
      letGoOfMarked(state);
      return after(first.startedAt, MARK_AFTER_MS);
    }
    state.unmarkedFrom++;
  }
  state.unmarked = [];
  state.unmarkedFrom = 0;
  return undefined;
}

/** Under steady work the list is never empty, so what lies behind it has to be cut off now and then. */
function letGoOfMarked(state: State): void {
  if (state.unmarkedFrom < UNMARKED_SLACK || 2 * state.unmarkedFrom < state.unmarked.length) return;
  state.unmarked = state.unmarked.slice(state.unmarkedFrom);
  state.unmarkedFrom = 0;
}

const UNMARKED_SLACK = 1_024;

function wake(state: State, now: InstantMs): void {
  for (let at = nextMarkAt(state); at !== undefined && at <= now; at = nextMarkAt(state)) {
    const attempt = state.unmarked[state.unmarkedFrom++];
    if (attempt === undefined) break;
    attempt.task.isMarked = true;
    state.ledger.note(attempt.task);
  }
  for (let attempt = state.overdue.takeDue(now); attempt !== undefined; attempt = state.overdue.takeDue(now)) {
    const allowedS = Math.round(attempt.allowedMs / 100) / 10;
    const isStillExpected = attempt.isOpen && isStillToCome(attempt);
    lose(state, attempt, "ERR_WORKER_SILENT", `no result came within ${allowedS} s`, now);
    if (attempt.worker.style === "session") letGo(state, attempt);
    else if (isStillExpected) state.overdue.schedule(attempt, after(now, attempt.allowedMs));
    else release(state, attempt);
  }
}

/**
 * On the one connection of a push worker the next result that comes is that of the task that it was given first. Were it
 * given another meanwhile, the late result would be taken for that of the other; so it gets as much time again.
 */
const isStillToCome = ({ worker, givenOn }: Attempt): boolean => worker.style === "push" && worker.conn === givenOn;
