import {
  after,
  type DurationMs,
  durationMs,
  earlierOf,
  type InstantMs,
  instantMs,
  type JsonText,
  type NodeId,
  type TaskId,
} from "@mutirao/primitives";
import type { EndState, LeaseRecord, StoreContents, StoreErrorCode, TaskError, TaskRecord } from "@mutirao/task-store";
import type { DraftAnswer, Refusal, TaskErrorCode } from "../master-effects.ts";
import type { RequestId, TaskDraft, WriteId } from "../master-events.ts";
import { createDurableWrites, type DurableWrites, type WriteIntent } from "./durable-writes.ts";
import { createLiveTask, type LiveTask, NOBODY, UNTOUCHED } from "./live-task.ts";
import type { MasterOutbox } from "./outbox.ts";
import type { WallClock } from "./wall-clock.ts";

/** The tasks of a master: what was accepted, what has ended, and what of it is durable. */
export interface TaskLedger {
  readonly live: ReadonlyMap<TaskId, LiveTask>;
  /** Answers that there is nothing to cancel: the task has ended, or is not known. */
  refuseCancel(request: RequestId, id: TaskId): void;
  recover(contents: StoreContents, now: InstantMs): void;
  submit(request: RequestId, drafts: readonly TaskDraft[], now: InstantMs): void;
  retry(request: RequestId, record: TaskRecord, now: InstantMs): void;
  /** The task ends so; it is live until that is durable. */
  end(task: LiveTask, end: TaskEndDraft, now: InstantMs): void;
  /** Something about the task is worth keeping. */
  note(task: LiveTask): void;
  /** Nothing more is accepted. */
  close(): void;
  /** The store has failed, and nothing more is kept. */
  readonly isDown: boolean;
  /** Keeps a lease beside the tasks, with what the event under way wants written of them; see `DurableWrites.lease`. */
  lease(record: LeaseRecord, whenKnown: (isDurable: boolean) => void): void;
  onCommitted(write: WriteId, now: InstantMs): void;
  onRefused(write: WriteId, code: StoreErrorCode, now: InstantMs): void;
  onPruned(ids: readonly TaskId[]): void;
  wake(now: InstantMs): void;
  /** Asks for the writes of the event under way. To be called last. */
  flush(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

/** How a task is to end. */
export interface TaskEndDraft {
  readonly state: EndState;
  readonly worker?: NodeId | undefined;
  readonly result?: JsonText | undefined;
  readonly error?: TaskError | undefined;
}

export interface TaskLedgerOptions {
  readonly backlogMax: number;
  readonly backlogMaxBytes: number;
  readonly keepMs: DurationMs;
  readonly keepMax: number;
}

export interface TaskLedgerTools {
  readonly outbox: MasterOutbox;
  readonly clock: WallClock;
  /** A task is accepted for good, and may be given out. */
  readonly onReady: (task: LiveTask, now: InstantMs) => void;
}

/** When it may be worth trying again what was refused for want of room. */
const RETRY_AFTER_MS = durationMs(5_000);
const PRUNE_EVERY_MS = durationMs(60_000);
/** Ended tasks above the number to be kept by this share are forgotten at once, and not only once a minute. */
const PRUNE_SLACK = 0.1;

interface State extends TaskLedgerTools {
  readonly options: TaskLedgerOptions;
  readonly live: Map<TaskId, LiveTask>;
  readonly ended: Map<TaskId, EndState>;
  readonly writes: DurableWrites;
  isClosed: boolean;
  accepted: number;
  bytes: number;
  pruneAt: InstantMs;
  isPruning: boolean;
  /** What waits until it is known which ended tasks the store has forgotten. */
  readonly afterPruning: (() => void)[];
}

export function createTaskLedger(options: TaskLedgerOptions, tools: TaskLedgerTools): TaskLedger {
  const live = new Map<TaskId, LiveTask>();
  const state: State = {
    ...tools,
    options,
    live,
    ended: new Map(),
    writes: createDurableWrites(tools.outbox, (task) => live.get(task.order.id) === task),
    isClosed: false,
    accepted: 0,
    bytes: 0,
    pruneAt: instantMs(Number.POSITIVE_INFINITY),
    isPruning: false,
    afterPruning: [],
  };
  return {
    live,
    refuseCancel: (request, id) => refuseCancel(state, request, id),
    recover: (contents, now) => recover(state, contents, now),
    submit: (request, drafts, now) => submit(state, request, drafts, now),
    retry: (request, record, now) => retry(state, request, record, now),
    end: (task, draft, now) => end(state, task, draft, now),
    note: (task) => state.writes.note(task),
    close() {
      state.isClosed = true;
    },
    get isDown() {
      return state.writes.failure !== undefined;
    },
    lease: (record, whenKnown) => state.writes.lease(record, whenKnown),
    onCommitted: (write, now) => committed(state, state.writes.committed(write), now),
    onRefused: (write, code, now) => refused(state, state.writes.refused(write, code, now), code),
    onPruned(ids) {
      state.isPruning = false;
      for (const id of ids) state.ended.delete(id);
      for (const goOn of state.afterPruning.splice(0)) goOn();
    },
    wake(now) {
      state.writes.wake(now);
      prune(state, now);
    },
    flush(now) {
      state.writes.flush();
      if (state.ended.size > (1 + PRUNE_SLACK) * options.keepMax) prune(state, now);
    },
    nextDeadline: () => earlierOf(state.writes.nextDeadline(), state.pruneAt),
  };
}

function recover(state: State, contents: StoreContents, now: InstantMs): void {
  for (const { id, state: endState } of contents.finished) state.ended.set(id, endState);
  for (const record of contents.unfinished) {
    const waitsSince = state.clock.instantOf(record.acceptedAt);
    const task = revive(state, record, waitsSince < now ? waitsSince : now);
    task.formerWorker = record.status.worker;
    task.isMarked = record.status.worker !== undefined;
    state.onReady(task, now);
  }
  state.pruneAt = after(now, PRUNE_EVERY_MS);
}

/** A task that the store knows becomes live. */
function revive(state: State, record: TaskRecord, queuedAt: InstantMs): LiveTask {
  const { status, ...order } = record;
  const task = createLiveTask(order, state.accepted++, queuedAt);
  task.attempts = status.attempts;
  task.failures = status.failures;
  task.losses = status.losses;
  task.stories = status.stories;
  task.startedAt = status.startedAt;
  enter(state, task);
  return task;
}

function enter(state: State, task: LiveTask): void {
  state.live.set(task.order.id, task);
  state.bytes += task.order.payload.length;
}

function leave(state: State, task: LiveTask): void {
  state.live.delete(task.order.id);
  state.bytes -= task.order.payload.length;
}

function submit(state: State, request: RequestId, drafts: readonly TaskDraft[], now: InstantMs): void {
  const awaited = new Set<WriteIntent>();
  const answers = drafts.map((draft) => admit(state, draft, awaited, now));
  const answer = (): void => {
    const final = answers.map((draft) =>
      draft.isAccepted && !isKept(state, draft.id) ? refuse(draft.id, state) : draft,
    );
    state.outbox.emit({ type: "answer", request, answer: { kind: "submitted", drafts: final } });
  };
  whenAllKnown(awaited, answer);
}

const isKept = ({ live, ended }: State, id: TaskId): boolean => live.has(id) || ended.has(id);

function whenAllKnown(awaited: ReadonlySet<WriteIntent>, done: () => void): void {
  let left = awaited.size;
  if (left === 0) done();
  for (const intent of awaited) {
    intent.whenKnown.push(() => {
      left--;
      if (left === 0) done();
    });
  }
}

function admit(state: State, draft: TaskDraft, awaited: Set<WriteIntent>, now: InstantMs): DraftAnswer {
  const { id } = draft;
  const known = state.live.get(id);
  if (known !== undefined) {
    if (known.acceptedWith !== undefined) awaited.add(known.acceptedWith);
    return { id, isAccepted: true, isDuplicate: true };
  }
  if (state.ended.has(id)) return { id, isAccepted: true, isDuplicate: true };
  const refusal = refusalOf(state, draft);
  if (refusal !== undefined) return { id, isAccepted: false, refusal };
  // What was asked for is kept once, for the store and for us: in a long backlog it is most of the memory.
  const record: TaskRecord = { ...draft, acceptedAt: state.clock.at(now), status: UNTOUCHED };
  const task = createLiveTask(record, state.accepted++, now);
  enter(state, task);
  state.writes.accept(task, record);
  task.acceptedWith = state.writes.current;
  awaited.add(state.writes.current);
  return { id, isAccepted: true, isDuplicate: false };
}

/** Why there is no room for one more task, be it new or one that is to be tried again. */
function refusalOf(
  { live, bytes, options, writes, isClosed }: State,
  { payload }: Pick<TaskDraft, "payload">,
): Refusal | undefined {
  if (writes.failure !== undefined) return { code: "ERR_STORE_DOWN", retryAfterMs: undefined };
  if (isClosed) return { code: "ERR_MASTER_DRAINING", retryAfterMs: RETRY_AFTER_MS };
  const isFull = live.size >= options.backlogMax || bytes + payload.length > options.backlogMaxBytes;
  return isFull ? { code: "ERR_BACKLOG_FULL", retryAfterMs: RETRY_AFTER_MS } : undefined;
}

/** What was to be accepted could not be kept. */
function refuse(id: TaskId, { writes }: State): DraftAnswer {
  return { id, isAccepted: false, refusal: refusalForWrite(writes) };
}

const refusalForWrite = ({ failure }: DurableWrites): Refusal =>
  failure === undefined
    ? { code: "ERR_STORE_FULL_NOW", retryAfterMs: RETRY_AFTER_MS }
    : { code: "ERR_STORE_DOWN", retryAfterMs: undefined };

function retry(state: State, request: RequestId, record: TaskRecord, now: InstantMs): void {
  // It may be among those that the store is forgetting at this moment, and then it cannot be opened again.
  if (state.isPruning) {
    state.afterPruning.push(() => retry(state, request, record, now));
    return;
  }
  const code = retryProblem(state, record);
  const refusal = code === undefined ? refusalOf(state, record) : { code, retryAfterMs: undefined };
  if (refusal !== undefined) {
    state.outbox.emit({ type: "answer", request, answer: { kind: "refused", refusal } });
    return;
  }
  const task = revive(state, record, now);
  task.failures = 0;
  task.losses = 0;
  state.writes.reopen(task);
  task.acceptedWith = state.writes.current;
  state.writes.current.whenKnown.push((isDurable) => {
    const { id } = record;
    state.outbox.emit({
      type: "answer",
      request,
      answer: isDurable ? { kind: "retried", task: id } : { kind: "refused", refusal: refusalForWrite(state.writes) },
    });
  });
}

function retryProblem({ live, ended }: State, { id }: TaskRecord): TaskErrorCode | undefined {
  if (live.has(id)) return "ERR_TASK_NOT_ENDED";
  const end = ended.get(id);
  // The host read the record a while ago.
  if (end === undefined) return "ERR_TASK_UNKNOWN";
  return end === "done" ? "ERR_TASK_DONE" : undefined;
}

function end(state: State, task: LiveTask, draft: TaskEndDraft, now: InstantMs): void {
  task.phase = "ending";
  task.isMarked = false;
  const { state: endState, worker, result, error } = draft;
  task.end = { state: endState, endedAt: state.clock.at(now), worker, result, error };
  state.writes.end(task);
}

function committed(state: State, intent: WriteIntent, now: InstantMs): void {
  for (const task of intent.accepted) {
    task.acceptedWith = undefined;
    state.ended.delete(task.order.id);
    if (task.phase === "accepting") state.onReady(task, now);
  }
  for (const task of intent.ended) finish(state, task);
  // A later write about the task may hold what an acknowledgement waits for.
  for (const task of intent.noted) if (task.notesOpen === 0 && task.phase !== "ending") acknowledge(task);
  for (const tell of intent.whenKnown) tell(true);
}

function finish(state: State, task: LiveTask): void {
  const { end: ending, order } = task;
  // A rewrite may have brought the news before.
  if (ending === undefined || state.live.get(order.id) !== task) return;
  leave(state, task);
  state.ended.set(order.id, ending.state);
  acknowledge(task);
  for (const request of task.cancelRequests) {
    if (ending.state !== "cancelled") refuseCancel(state, request, order.id);
    else state.outbox.emit({ type: "answer", request, answer: { kind: "cancelled", task: order.id } });
  }
  state.outbox.notify({
    kind: "task-recorded",
    task: order.id,
    taskType: order.type,
    state: ending.state,
    worker: ending.worker,
  });
}

function acknowledge(task: LiveTask): void {
  const { acks } = task;
  task.acks = NOBODY;
  for (const ack of acks) ack();
}

function refused(state: State, intent: WriteIntent, code: StoreErrorCode): void {
  for (const task of intent.accepted) {
    task.acceptedWith = undefined;
    leave(state, task);
    // What was to be cancelled as soon as it is accepted is not accepted, or not opened again.
    for (const request of task.cancelRequests) refuseCancel(state, request, task.order.id);
  }
  state.outbox.notify({ kind: "store-refused", code });
  for (const tell of intent.whenKnown) tell(false);
}

function refuseCancel({ ended, outbox }: State, request: RequestId, id: TaskId): void {
  const state = ended.get(id);
  const code = state === undefined ? "ERR_TASK_UNKNOWN" : "ERR_TASK_ENDED";
  const refusal: Refusal = { code, retryAfterMs: undefined };
  outbox.emit({
    type: "answer",
    request,
    answer: { kind: "refused", refusal, ...(state === undefined ? {} : { state }) },
  });
}

function prune(state: State, now: InstantMs): void {
  const { options } = state;
  const isDue = state.pruneAt <= now;
  if (isDue) state.pruneAt = after(now, PRUNE_EVERY_MS);
  if (state.isPruning || (!isDue && state.ended.size <= options.keepMax)) return;
  state.isPruning = true;
  // Not by the time of day alone: set forward by a day, it would make what ended a minute ago look old.
  const endedBefore = state.clock.earliestSince(instantMs(now - options.keepMs));
  state.outbox.emit({ type: "prune", endedBefore, finishedMax: options.keepMax });
}
