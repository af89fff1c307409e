import {
  after,
  type DurationMs,
  durationMs,
  type Endpoint,
  earlierOf,
  type InstantMs,
  type NodeId,
  seconds,
} from "@mutirao/primitives";
import {
  type Assignment,
  type AttemptOutcome,
  type AttemptRef,
  CLASS_LINE_MAX_BYTES,
  encodedBytes,
  type Message,
  printable,
  type TaskBatch,
  type WorkerAlive,
  type WorkerHeartbeat,
  type WorkerHello,
  type WorkerWelcome,
} from "@mutirao/protocol";
import type { WorkerNodeOptions } from "../options/worker-options.ts";
import type { RunId } from "../worker-events.ts";
import type { WorkerOutbox } from "./outbox.ts";
import type { WorkerAllegiance } from "./worker-allegiance.ts";
import { LINE_ROOM_BYTES, progressBytes, thatFit } from "./worker-line-bytes.ts";
import type { WorkerLink } from "./worker-link.ts";
import type { WorkerPresence } from "./worker-presence.ts";
import type { WorkerProgress } from "./worker-progress.ts";
import type { WorkerResults } from "./worker-results.ts";
import { failure, type WorkerRuns } from "./worker-runs.ts";
import { wordOf } from "./worker-words.ts";

/**
 * The conversation with a master of ours: one connection, several tasks at once, and every result kept until it is
 * acknowledged.
 *
 *   away --hello--> greeting --welcome--> up --connection gone, or the master silent--> away
 *
 * What runs goes on running in every phase, however long the master is away: it may have given the task to somebody else
 * by then, but the first result counts, whoever it comes from.
 */
export interface WorkerSession {
  readonly isUp: boolean;
  /** The master has answered all that we said of ourselves, so it knows how many tasks we take. */
  readonly isUnderstood: boolean;
  readonly intervalMs: DurationMs;
  readonly timeoutMs: DurationMs;
  /** How long the worker may be away before its tasks are given to others. */
  readonly graceMs: DurationMs;
  /** Says who we are, on a connection that has just opened. */
  greet(): void;
  /**
   * The answer to a greeting. The session is up then, or after the next.
   *
   * @returns whether it was one; a welcome that comes unasked means nothing.
   */
  onWelcome(welcome: WorkerWelcome, now: InstantMs): boolean;
  /** A line came, of whatever kind. */
  onHeard(now: InstantMs): void;
  /** While it is up. */
  onMessage(message: Message, remote: Endpoint, now: InstantMs): void;
  onRunEnded(run: RunId, ref: AttemptRef, outcome: AttemptOutcome): void;
  onRunProgressed(run: RunId, ref: AttemptRef, fraction: number, note: string | undefined, now: InstantMs): void;
  /** The worker turns to another master, of whom nothing is known, and to what it owes to that one. */
  turnTo(results: WorkerResults): void;
  /** At the end of every event: says what has to be said, the results of one turn on one line. */
  settle(now: InstantMs): void;
  onClosed(): void;
  /** The session is up, and the master has said nothing for too long. */
  isSilent(now: InstantMs): boolean;
  onWake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface WorkerSessionTools {
  readonly outbox: WorkerOutbox;
  readonly link: WorkerLink;
  readonly presence: WorkerPresence;
  readonly allegiance: WorkerAllegiance;
  readonly runs: WorkerRuns;
  readonly progress: WorkerProgress;
  /** Whether the worker is to go on with this master. */
  readonly wantsMore: () => boolean;
}

interface State extends WorkerSessionTools {
  readonly selfId: NodeId;
  readonly options: WorkerNodeOptions;
  readonly types: ReadonlySet<string>;
  readonly beat: WorkerHeartbeat;
  /** Of this master. */
  results: WorkerResults;
  phase: "away" | "greeting" | "up";
  intervalMs: DurationMs;
  timeoutMs: DurationMs;
  graceMs: DurationMs;
  /** Hellos that the master has not answered yet. */
  hellosOpen: number;
  /** The slots and the epoch that the last of them spoke of. */
  slotsSaid: number;
  epochSaid: number;
  /** The hello that is open is only the short one. */
  isIntroducing: boolean;
  /** All that is kept is to be sent once, and the last line is to say so. */
  isResyncing: boolean;
  /** The operator has been told that too many results wait. */
  hasToldOfFull: boolean;
  heardAt: InstantMs;
  beatAt: InstantMs;
  flushAt: InstantMs | undefined;
}

/** What holds until a master says otherwise; and a master that wants to hear of us more often is not taken at its word. */
const INTERVAL_MS = seconds(2);
const TIMEOUT_MS = seconds(10);
const GRACE_MS = seconds(5);
const INTERVAL_MIN_MS = durationMs(20);

/** Refusals are kept beyond the limit of results, but not without end: a master that sends on and on gets none. */
const REFUSED_ABOVE_MAX = 2_048;

const NEVER = 0 as InstantMs;

export function createWorkerSession(
  selfId: NodeId,
  options: WorkerNodeOptions,
  results: WorkerResults,
  tools: WorkerSessionTools,
): WorkerSession {
  const state: State = {
    ...tools,
    selfId,
    options,
    types: new Set(options.types),
    beat: { kind: "worker-heartbeat", worker: selfId },
    results,
    phase: "away",
    intervalMs: INTERVAL_MS,
    timeoutMs: TIMEOUT_MS,
    graceMs: GRACE_MS,
    hellosOpen: 0,
    slotsSaid: 0,
    epochSaid: 0,
    isIntroducing: false,
    isResyncing: false,
    hasToldOfFull: false,
    heardAt: NEVER,
    beatAt: NEVER,
    flushAt: undefined,
  };
  return {
    get isUp() {
      return state.phase === "up";
    },
    get isUnderstood() {
      return state.phase === "up" && state.hellosOpen === 0 && hasSaidAll(state);
    },
    get intervalMs() {
      return state.intervalMs;
    },
    get timeoutMs() {
      return state.timeoutMs;
    },
    get graceMs() {
      return state.graceMs;
    },
    greet: () => greet(state),
    onWelcome: (welcome, now) => welcomed(state, welcome, now),
    onHeard(now) {
      state.heardAt = now;
    },
    onMessage: (message, remote, now) => onMessage(state, message, remote, now),
    onRunEnded(run, { task, attempt }, outcome) {
      state.progress.forget(run);
      state.results.keep({ task, attempt, outcome });
    },
    onRunProgressed(run, { task, attempt }, fraction, note, now) {
      const words = note === undefined ? {} : { note: printable(note) };
      state.progress.note(run, { task, attempt, fraction, ...words }, now);
    },
    turnTo(next) {
      closed(state);
      state.results = next;
      state.intervalMs = INTERVAL_MS;
      state.timeoutMs = TIMEOUT_MS;
      state.graceMs = GRACE_MS;
    },
    settle: (now) => settle(state, now),
    onClosed: () => closed(state),
    isSilent: (now) => state.phase === "up" && after(state.heardAt, state.timeoutMs) <= now,
    onWake: (now) => wake(state, now),
    nextDeadline: () => nextDeadline(state),
  };
}

/** Handlers that were given up hold their slots until they have ended. */
const slotsNow = ({ wantsMore, results, runs, options }: State): number =>
  wantsMore() && !results.isFull ? options.slots - (runs.occupied - runs.size) : 0;

const hasSaidAll = (state: State): boolean =>
  state.slotsSaid === slotsNow(state) && state.epochSaid === state.allegiance.epoch;

/**
 * The first line on a connection may go to a master of another team, so it must be short enough for those. A hello that
 * is longer (many types, or long ids of what we hold) follows once the master has shown that it is one of ours.
 */
function greet(state: State): void {
  const full = hello(state);
  state.phase = "greeting";
  state.isIntroducing = encodedBytes(full) > CLASS_LINE_MAX_BYTES;
  say(state, state.isIntroducing ? alive(state, { slots: 0, types: [], holding: [] }) : full);
}

const hello = (state: State): WorkerAlive & { readonly hello: WorkerHello } =>
  alive(state, { slots: slotsNow(state), types: state.options.types, holding: thatFit(state.runs.held()) });

function alive(
  { allegiance, options: { boot } }: State,
  words: Omit<WorkerHello, "boot" | "epoch">,
): WorkerAlive & { readonly hello: WorkerHello } {
  const { epoch } = allegiance;
  return { ...allegiance.alive(), hello: { boot, ...words, ...(epoch === 0 ? {} : { epoch }) } };
}

function say(state: State, words: WorkerAlive & { readonly hello: WorkerHello }): void {
  state.hellosOpen += 1;
  state.slotsSaid = words.hello.slots;
  state.epochSaid = words.hello.epoch ?? 0;
  state.link.send(words);
}

function welcomed(state: State, welcome: WorkerWelcome, now: InstantMs): boolean {
  if (state.hellosOpen === 0) return false;
  const { from, graceMs, intervalMs, timeoutMs } = welcome;
  state.hellosOpen -= 1;
  state.heardAt = now;
  state.intervalMs = durationMs(Math.max(intervalMs, INTERVAL_MIN_MS));
  state.timeoutMs = durationMs(Math.max(timeoutMs, 2 * state.intervalMs));
  state.graceMs = graceMs;
  state.link.setCeiling(state.intervalMs);
  if (state.isIntroducing) {
    state.isIntroducing = false;
    say(state, hello(state));
    return true;
  }
  state.presence.connected("session", from);
  if (state.phase === "up") return true;
  state.phase = "up";
  state.link.worked(now);
  state.beatAt = after(now, state.intervalMs);
  state.isResyncing = true;
  return true;
}

function onMessage(state: State, message: Message, remote: Endpoint, now: InstantMs): void {
  switch (message.kind) {
    case "task-batch":
      takeTasks(state, message, now);
      break;
    case "result-acks":
      for (const ref of message.acks) state.results.acknowledge(ref);
      break;
    case "heartbeat-reply":
      break;
    default:
      state.outbox.notify({ kind: "order-ignored", remote, word: wordOf(message) });
  }
}

function takeTasks(state: State, { tasks, cancel }: TaskBatch, now: InstantMs): void {
  for (const ref of cancel) {
    const run = state.runs.of(ref);
    // If there is none, its result is on its way.
    if (run !== undefined) state.runs.cancel(run);
  }
  for (const task of tasks) takeTask(state, task, now);
}

function takeTask(state: State, assignment: Assignment, now: InstantMs): void {
  const { runs, results, options } = state;
  const { task, attempt, type, payload, timeoutMs } = assignment;
  if (runs.of(assignment) !== undefined) return;
  if (results.has(assignment)) results.resend(assignment);
  else if (!state.types.has(type)) refuse(state, assignment, "ERR_TASK_TYPE_UNKNOWN");
  else if (slotsNow(state) === 0 || runs.occupied >= options.slots) refuse(state, assignment, "ERR_WORKER_BUSY");
  else runs.start({ taskType: type, payload, timeoutMs, ref: { task, attempt } }, now);
}

function refuse({ results }: State, { task, attempt }: AttemptRef, code: Parameters<typeof failure>[0]): void {
  if (results.size < REFUSED_ABOVE_MAX) results.keep({ task, attempt, outcome: failure(code) });
}

function settle(state: State, now: InstantMs): void {
  const { results, runs, outbox } = state;
  if (results.isFull && !state.hasToldOfFull) {
    outbox.notify({ kind: "results-waiting", results: results.size, bytes: results.bytes });
  }
  state.hasToldOfFull = results.isFull;
  if (state.phase !== "up") return;
  if (!hasSaidAll(state)) say(state, hello(state));
  if (state.isResyncing) flush(state, now);
  if (!results.hasUnsent || results.isHeldBack) return;
  // More results may come in the same turn, but not if nothing is left that could bring them.
  if (runs.size === 0) flush(state, now);
  else state.flushAt ??= now;
}

function flush(state: State, now: InstantMs): void {
  const { results, progress, link, selfId: worker } = state;
  state.flushAt = undefined;
  for (;;) {
    const howFar = progress.take(LINE_ROOM_BYTES / 2, now);
    const roomBytes = howFar.reduce((room, item) => room - progressBytes(item), LINE_ROOM_BYTES);
    const some = results.take(roomBytes, now);
    const isResynced = state.isResyncing && !results.hasUnsent;
    if (some.length === 0 && howFar.length === 0 && !isResynced) return;
    if (isResynced) state.isResyncing = false;
    link.send({ kind: "result-batch", worker, results: some, progress: howFar, isResynced });
  }
}

function closed(state: State): void {
  state.phase = "away";
  state.hellosOpen = 0;
  state.isIntroducing = false;
  state.isResyncing = false;
  state.flushAt = undefined;
  state.results.resendAll();
}

function wake(state: State, now: InstantMs): void {
  if (state.phase !== "up") return;
  if (state.beatAt <= now) {
    state.beatAt = after(now, state.intervalMs);
    state.link.send(state.beat);
  }
  state.results.resendOverdue(now);
  const deadline = earlierOf(state.flushAt, state.progress.nextDeadline());
  if (deadline !== undefined && deadline <= now) flush(state, now);
}

function nextDeadline({ phase, heardAt, timeoutMs, beatAt, flushAt, results, progress }: State): InstantMs | undefined {
  if (phase !== "up") return undefined;
  const work = earlierOf(earlierOf(flushAt, progress.nextDeadline()), results.nextDeadline());
  return earlierOf(work, earlierOf(beatAt, after(heardAt, timeoutMs)));
}
