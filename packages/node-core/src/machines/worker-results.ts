import { after, assert, type DurationMs, type InstantMs } from "@mutirao/primitives";
import type { AttemptRef, AttemptResult } from "@mutirao/protocol";
import { resultBytes } from "./worker-line-bytes.ts";
import { attemptKey } from "./worker-record.ts";

/**
 * Results that the master has not acknowledged yet. Each is sent, sent again when it is overdue or the connection was
 * lost, and forgotten only when its acknowledgement comes.
 *
 *   kept -> unsent --taken for a line--> sent --acknowledged--> (forgotten)
 *             ^                            |
 *             +---overdue, or connection lost---+
 */
export interface WorkerResults {
  readonly size: number;
  readonly bytes: number;
  /** So much waits that no more tasks are to be taken; over once half of it is gone. */
  readonly isFull: boolean;
  readonly hasUnsent: boolean;
  /** Something is unsent because the master has enough to acknowledge. */
  readonly isHeldBack: boolean;
  has(ref: AttemptRef): boolean;
  keep(result: AttemptResult): void;
  acknowledge(ref: AttemptRef): void;
  /** The master seems not to know of this result: it is to be sent again. */
  resend(ref: AttemptRef): void;
  /** What was sent may never have arrived. */
  resendAll(): void;
  resendOverdue(now: InstantMs): void;
  /** The next results for a line with room for so many bytes; from now on they count as sent. */
  take(roomBytes: number, now: InstantMs): readonly AttemptResult[];
  /** When the first that was sent is overdue. */
  nextDeadline(): InstantMs | undefined;
}

/** Above either of these, no more tasks are taken. */
const KEPT_MAX = 1_024;
const KEPT_MAX_BYTES = 4 * 1_024 * 1_024;

/**
 * Results that are on their way unacknowledged. A worker that has been alone for long has more than a connection's
 * buffers take, so the rest follows as the first are acknowledged.
 */
const ON_THE_WAY_MAX_BYTES = 256 * 1_024;
/** A line with more items than 1,024 would be refused. */
const PER_LINE_MAX = 1_000;

interface Kept {
  readonly result: AttemptResult;
  readonly bytes: number;
  sentAt: InstantMs | undefined;
}

interface State {
  readonly overdueMs: DurationMs;
  readonly byKey: Map<string, Kept>;
  /** Both in the order in which their turn comes, as a Set keeps the order of insertion. */
  readonly unsent: Set<Kept>;
  readonly sent: Set<Kept>;
  bytes: number;
  bytesOnTheWay: number;
  isFull: boolean;
}

export function createWorkerResults(overdueMs: DurationMs): WorkerResults {
  const state: State = {
    overdueMs,
    byKey: new Map(),
    unsent: new Set(),
    sent: new Set(),
    bytes: 0,
    bytesOnTheWay: 0,
    isFull: false,
  };
  const { byKey, unsent, sent } = state;
  return {
    get size() {
      return byKey.size;
    },
    get bytes() {
      return state.bytes;
    },
    get isFull() {
      return state.isFull;
    },
    get hasUnsent() {
      return unsent.size > 0;
    },
    get isHeldBack() {
      return unsent.size > 0 && !hasWay(state, first(unsent));
    },
    has: (ref) => byKey.has(keyOf(ref)),
    keep: (result) => keep(state, result),
    acknowledge: (ref) => forget(state, keyOf(ref)),
    resend(ref) {
      const kept = byKey.get(keyOf(ref));
      if (kept !== undefined) unsend(state, kept);
    },
    resendAll() {
      for (const kept of sent) unsend(state, kept);
    },
    resendOverdue(now) {
      for (const kept of sent) {
        if (kept.sentAt !== undefined && after(kept.sentAt, overdueMs) > now) break;
        unsend(state, kept);
      }
    },
    take: (roomBytes, now) => take(state, roomBytes, now),
    nextDeadline() {
      const sentAt = first(sent)?.sentAt;
      return sentAt === undefined ? undefined : after(sentAt, overdueMs);
    },
  };
}

const keyOf = ({ task, attempt }: AttemptRef): string => attemptKey(task, attempt);

function keep(state: State, result: AttemptResult): void {
  const key = keyOf(result);
  const kept: Kept = { result, bytes: resultBytes(result), sentAt: undefined };
  assert(!state.byKey.has(key), "an attempt has one result");
  state.byKey.set(key, kept);
  state.unsent.add(kept);
  state.bytes += kept.bytes;
  if (state.byKey.size >= KEPT_MAX || state.bytes >= KEPT_MAX_BYTES) state.isFull = true;
}

function forget(state: State, key: string): void {
  const kept = state.byKey.get(key);
  if (kept === undefined) return;
  state.byKey.delete(key);
  if (state.sent.delete(kept)) state.bytesOnTheWay -= kept.bytes;
  else state.unsent.delete(kept);
  state.bytes -= kept.bytes;
  if (state.byKey.size <= KEPT_MAX / 2 && state.bytes <= KEPT_MAX_BYTES / 2) state.isFull = false;
}

function unsend(state: State, kept: Kept): void {
  if (!state.sent.delete(kept)) return;
  state.bytesOnTheWay -= kept.bytes;
  kept.sentAt = undefined;
  state.unsent.add(kept);
}

function take(state: State, roomBytes: number, now: InstantMs): readonly AttemptResult[] {
  const taken: AttemptResult[] = [];
  let leftBytes = roomBytes;
  for (const kept of state.unsent) {
    if (kept.bytes > leftBytes || taken.length >= PER_LINE_MAX || !hasWay(state, kept)) break;
    leftBytes -= kept.bytes;
    taken.push(kept.result);
    state.unsent.delete(kept);
    state.sent.add(kept);
    state.bytesOnTheWay += kept.bytes;
    kept.sentAt = now;
  }
  return taken;
}

const hasWay = ({ bytesOnTheWay }: State, kept: Kept | undefined): boolean =>
  kept !== undefined && bytesOnTheWay + kept.bytes <= ON_THE_WAY_MAX_BYTES;

function first<T>(items: ReadonlySet<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
