import {
  after,
  assert,
  type ConnId,
  type DurationMs,
  durationMs,
  type Endpoint,
  elapsed,
  type InstantMs,
  type Prng,
} from "@mutirao/primitives";
import type { SendableMessage } from "@mutirao/protocol";
import { backOffMs } from "../policies/back-off.ts";
import { type ConnNumbers, createConnNumbers } from "./conn-numbers.ts";
import type { WorkerOutbox } from "./outbox.ts";

/**
 * The one connection of a worker to the one master that it serves, and when to open the next.
 *
 *   resting --due--> dialing --opened--> open
 *      ^                |                  |
 *      +--failed, closed, or dropped-------+
 *
 * It never dials twice at once, so a master that is slow is not stormed.
 */
export interface WorkerLink {
  /** Where the master is. */
  readonly target: Endpoint;
  readonly phase: "resting" | "dialing" | "open";
  /** The connection that is being dialled, or is open. What is said of any other is old news. */
  readonly conn: ConnId | undefined;
  onWake(now: InstantMs): void;
  onOpened(): void;
  onClosed(): void;
  /** The master has understood us on this connection. */
  worked(now: InstantMs): void;
  send(message: SendableMessage): void;
  /** The other end has said something sensible, and may send longer lines. */
  identify(): void;
  /** Whether silence on the connection is no reason to end it. */
  spare(isSpared: boolean): void;
  /** Ends what is open or being opened. */
  drop(): void;
  /** All is well; the next connection is wanted in a while, or never. */
  rest(next: DurationMs | undefined, now: InstantMs): void;
  /** The connection failed, or ended; the next try is at a growing distance. */
  retry(hasEndedInOrder: boolean, now: InstantMs): void;
  /** From now on the master is another: what is open to the last one ends, and its failures are forgotten. */
  aim(at: Endpoint): void;
  /** The longest distance between two tries. */
  setCeiling(ceiling: DurationMs): void;
  nextDeadline(): InstantMs | undefined;
}

/** The shortest distance between two tries. */
const FIRST_RETRY_MS = durationMs(100);

interface State {
  target: Endpoint;
  readonly backOffMaxMs: DurationMs;
  readonly prng: Prng;
  readonly outbox: WorkerOutbox;
  readonly conns: ConnNumbers;
  phase: WorkerLink["phase"];
  conn: ConnId | undefined;
  isIdentified: boolean;
  /** Of this connection, or of the last one until the next is dialled. */
  workedAt: InstantMs | undefined;
  dueAt: InstantMs | undefined;
  ceilingMs: DurationMs;
  failures: number;
  /** A connection that ended in good order was followed by the next at once; that is done once only. */
  hasRedialled: boolean;
}

export function createWorkerLink(
  target: Endpoint,
  backOffMaxMs: DurationMs,
  prng: Prng,
  outbox: WorkerOutbox,
): WorkerLink {
  const state: State = {
    target,
    backOffMaxMs,
    prng,
    outbox,
    conns: createConnNumbers(),
    phase: "resting",
    conn: undefined,
    isIdentified: false,
    workedAt: undefined,
    dueAt: undefined,
    ceilingMs: backOffMaxMs,
    failures: 0,
    hasRedialled: false,
  };
  const drop = (): void => {
    if (state.conn !== undefined) outbox.emit({ type: "close", conn: state.conn });
    rest(state);
  };
  return {
    get target() {
      return state.target;
    },
    get phase() {
      return state.phase;
    },
    get conn() {
      return state.conn;
    },
    onWake(now) {
      if (state.dueAt !== undefined && state.dueAt <= now) dial(state);
    },
    onOpened() {
      state.phase = "open";
    },
    onClosed: () => rest(state),
    worked(now) {
      state.workedAt ??= now;
    },
    send(message) {
      const { phase, conn } = state;
      assert(phase === "open" && conn !== undefined, "a line goes to an open connection");
      outbox.emit({ type: "send", conn, message });
    },
    identify() {
      if (state.isIdentified || state.conn === undefined) return;
      state.isIdentified = true;
      outbox.emit({ type: "identify", conn: state.conn });
    },
    spare(isSpared) {
      const { phase, conn } = state;
      if (phase === "open" && conn !== undefined) outbox.emit({ type: "spare", conn, isSpared });
    },
    drop,
    rest(next, now) {
      assert(state.phase === "resting", "the next connection comes after the last");
      state.failures = 0;
      state.hasRedialled = false;
      if (next !== undefined) dialAfter(state, next, now);
    },
    retry(hasEndedInOrder, now) {
      assert(state.phase === "resting", "the next connection comes after the last");
      retry(state, hasEndedInOrder, now);
    },
    aim(at) {
      drop();
      state.target = at;
      state.workedAt = undefined;
      state.ceilingMs = backOffMaxMs;
      state.failures = 0;
      state.hasRedialled = false;
    },
    setCeiling(ceiling) {
      state.ceilingMs = durationMs(Math.min(backOffMaxMs, Math.max(ceiling, FIRST_RETRY_MS)));
    },
    nextDeadline: () => state.dueAt,
  };
}

function rest(state: State): void {
  state.phase = "resting";
  state.conn = undefined;
  state.isIdentified = false;
  state.dueAt = undefined;
}

function dialAfter(state: State, wait: DurationMs, now: InstantMs): void {
  if (wait > 0) state.dueAt = after(now, wait);
  else dial(state);
}

function dial(state: State): void {
  const conn = state.conns.next();
  state.phase = "dialing";
  state.conn = conn;
  state.dueAt = undefined;
  state.workedAt = undefined;
  state.outbox.emit({ type: "dial", conn, to: state.target });
}

function retry(state: State, hasEndedInOrder: boolean, now: InstantMs): void {
  const { workedAt, ceilingMs, prng } = state;
  // A master that takes us in and throws us out again is no better than one that is away.
  if (workedAt !== undefined && elapsed(workedAt, now) >= ceilingMs) {
    state.failures = 0;
    state.hasRedialled = false;
  }
  if (workedAt !== undefined && hasEndedInOrder && !state.hasRedialled) {
    state.hasRedialled = true;
    dial(state);
    return;
  }
  const waitMs = backOffMs(state.failures, { intervalMs: FIRST_RETRY_MS, backOffMaxMs: ceilingMs }, prng);
  state.failures += 1;
  dialAfter(state, waitMs, now);
}
