import {
  after,
  createBoundedMap,
  createDeadlineQueue,
  type DurationMs,
  durationMs,
  elapsed,
  type InstantMs,
  type NodeId,
} from "@mutirao/primitives";
import type { WorkerRecord } from "../worker-record.ts";
import type { LoanLog } from "./loan-log.ts";
import type { PeerRecord } from "./peer-table.ts";

/**
 * A worker of somebody else's that is here.
 *
 *   (none) --ALIVE--> held --given back, task ended--> releasing --RELEASE_ACK--> leaving --gone--> (none, tombstone)
 *             |        ^  |                               |
 *             |        |  +--dead: none, no tombstone     | the owner is TIMEOUT
 *             |        +----------------------------------+
 *             +--stale lease, or nobody needs it--> leaving (told to go home at once)
 */
export interface Guest {
  readonly worker: WorkerRecord;
  readonly peer: PeerRecord;
  /** The number of its lease; `undefined`: its owner is of another team. */
  readonly epoch: number | undefined;
  phase: "held" | "releasing" | "leaving";
  readonly heldSince: InstantMs;
  /** What its worker had done here before. */
  readonly doneBefore: number;
  /** Since when it has had nothing to do. */
  idleSince: InstantMs | undefined;
  /** Its owner does not renew its lease: it goes when its task has ended. */
  isWanted: boolean;
  /** Notices to its owner that brought no answer. */
  tries: number;
  /** How often RETURN was said, and when last; before it is said, the moment from which it may be. */
  returns: number;
  returnedAt: InstantMs;
  /** It was told so often to go, and stayed, that the operator was told. */
  isUnreturnable: boolean;
  /** When its lease is over, as its owner has last let us know. */
  leaseEndsAt: InstantMs;
  why: string;
}

/** The workers of others that are here. It knows the states; what is said to whom is for `Lending`. */
export interface Guests {
  readonly all: ReadonlyMap<WorkerRecord, Guest>;
  of(worker: WorkerRecord): Guest | undefined;
  /** The lease with this number is over, as far as we are concerned: a worker that comes with it goes home. */
  isOver(worker: NodeId, epoch: number | undefined, now: InstantMs): boolean;
  /** A worker begins to be held, or to be sent away at once. */
  take(
    worker: WorkerRecord,
    peer: PeerRecord,
    epoch: number | undefined,
    phase: "held" | "leaving",
    why: string,
    now: InstantMs,
  ): Guest;
  /** It gets no new task, and its owner is to be told. */
  release(guest: Guest, why: string, now: InstantMs): void;
  /** Its owner lets it stay. */
  renew(guest: Guest, now: InstantMs): void;
  /** Its owner did not answer. */
  unanswered(guest: Guest, now: InstantMs): void;
  /** Its owner knows, or need not; it is to be sent home after a while. */
  acknowledged(guest: Guest, waitMs: DurationMs, why: string, now: InstantMs): void;
  /** Nothing can be done about it now: it is looked at again in a moment. */
  waitOn(guest: Guest, now: InstantMs): void;
  /** RETURN was said. */
  returned(guest: Guest, now: InstantMs): void;
  /** Back to work: its owner is away. */
  keep(guest: Guest, why: string, now: InstantMs): void;
  /** It is not here any more. @param isOver whether its lease is, too. */
  remove(guest: Guest, isOver: boolean, why: string, now: InstantMs): void;
  /** How many of the owner's guests are to go, and have not been told yet. */
  readonly owed: Map<PeerRecord, number>;
  /** Those whose next step is due. */
  takeDue(now: InstantMs): readonly Guest[];
  nextDeadline(): InstantMs | undefined;
}

/** The last closed epoch of a worker is remembered for so long, by so many workers at most. */
const TOMBSTONE_MS = durationMs(600_000);
const TOMBSTONES_MAX = 10_000;
/** Between two notices to an owner that does not answer, doubled with each. */
const REPEAT_MS = durationMs(1_000);
const REPEAT_MAX_MS = durationMs(8_000);
/** A worker that was told to go home and is still here is told again after this. */
const RETURN_AGAIN_MS = durationMs(2_000);

const LOOK_AGAIN_MS = durationMs(500);

interface State {
  readonly log: LoanLog;
  readonly leaseMs: DurationMs;
  readonly all: Map<WorkerRecord, Guest>;
  readonly owed: Map<PeerRecord, number>;
  readonly tombstones: ReturnType<typeof createBoundedMap<NodeId, { readonly epoch: number; readonly at: InstantMs }>>;
  readonly due: ReturnType<typeof createDeadlineQueue<Guest>>;
}

export function createGuests(leaseMs: DurationMs, log: LoanLog): Guests {
  const state: State = {
    log,
    leaseMs,
    all: new Map(),
    owed: new Map(),
    tombstones: createBoundedMap(TOMBSTONES_MAX),
    due: createDeadlineQueue(),
  };
  return {
    all: state.all,
    owed: state.owed,
    of: (worker) => state.all.get(worker),
    isOver: (worker, epoch, now) => isOver(state, worker, epoch, now),
    take: (worker, peer, epoch, phase, why, now) => take(state, worker, peer, epoch, phase, why, now),
    release(guest, why, now) {
      guest.phase = "releasing";
      guest.why = why;
      guest.tries = 0;
      guest.worker.isBarred = true;
      state.due.schedule(guest, now);
      log.changed(guest, "releasing", why, now);
    },
    renew(guest, now) {
      guest.leaseEndsAt = after(now, leaseMs);
    },
    unanswered(guest, now) {
      const waitMs = Math.min(REPEAT_MAX_MS, REPEAT_MS * 2 ** guest.tries);
      guest.tries++;
      state.due.schedule(guest, after(now, durationMs(waitMs)));
    },
    acknowledged(guest, waitMs, why, now) {
      guest.phase = "leaving";
      guest.returnedAt = after(now, waitMs);
      state.due.schedule(guest, guest.returnedAt);
      log.changed(guest, "releasing", why, now);
    },
    waitOn: (guest, now) => state.due.schedule(guest, after(now, LOOK_AGAIN_MS)),
    returned(guest, now) {
      guest.returns++;
      guest.returnedAt = now;
      state.due.schedule(guest, after(now, RETURN_AGAIN_MS));
    },
    keep(guest, why, now) {
      guest.phase = "held";
      guest.worker.isBarred = false;
      guest.idleSince = now;
      state.due.cancel(guest);
      log.changed(guest, "held", why, now);
    },
    remove: (guest, isClosed, why, now) => remove(state, guest, isClosed, why, now),
    takeDue(now) {
      const due: Guest[] = [];
      for (let guest = state.due.takeDue(now); guest !== undefined; guest = state.due.takeDue(now)) due.push(guest);
      return due;
    },
    nextDeadline: () => state.due.nextDeadline(),
  };
}

function isOver({ tombstones }: State, worker: NodeId, epoch: number | undefined, now: InstantMs): boolean {
  const last = tombstones.get(worker);
  if (last === undefined || epoch === undefined || elapsed(last.at, now) > TOMBSTONE_MS) return false;
  return epoch <= last.epoch;
}

function take(
  state: State,
  worker: WorkerRecord,
  peer: PeerRecord,
  epoch: number | undefined,
  phase: "held" | "leaving",
  why: string,
  now: InstantMs,
): Guest {
  const guest: Guest = {
    worker,
    peer,
    epoch,
    phase,
    heldSince: now,
    doneBefore: worker.tasksDone,
    idleSince: now,
    isWanted: false,
    tries: 0,
    returns: 0,
    returnedAt: now,
    isUnreturnable: false,
    leaseEndsAt: after(now, state.leaseMs),
    why,
  };
  worker.isBarred = phase === "leaving";
  state.all.set(worker, guest);
  state.log.opened(
    guest,
    { direction: "in", worker: worker.id, peer, epoch, state: phase === "held" ? "held" : "releasing", reason: why },
    now,
  );
  if (phase === "leaving") state.due.schedule(guest, now);
  return guest;
}

function remove(state: State, guest: Guest, isClosed: boolean, why: string, now: InstantMs): void {
  const { worker, epoch } = guest;
  state.all.delete(worker);
  state.due.cancel(guest);
  worker.isBarred = false;
  if (isClosed && epoch !== undefined) bury(state, worker.id, epoch, now);
  boundOwed(state, guest.peer);
  state.log.noteDone(guest, doneBy(guest));
  state.log.closed(guest, why, now);
}

/** No more are owed than are here: what the owner has not had of those that are gone must not be taken from those that come. */
function boundOwed({ all, owed }: State, peer: PeerRecord): void {
  const count = owed.get(peer);
  if (count === undefined) return;
  let here = 0;
  for (const guest of all.values()) if (guest.peer === peer && guest.phase === "held" && !guest.isWanted) here++;
  if (here === 0) owed.delete(peer);
  else owed.set(peer, Math.min(count, here));
}

/** Tasks that it has done since it came. */
export const doneBy = ({ worker, doneBefore }: Guest): number => worker.tasksDone - doneBefore;

function bury({ tombstones }: State, worker: NodeId, epoch: number, now: InstantMs): void {
  const known = tombstones.get(worker);
  tombstones.set(worker, { epoch: Math.max(epoch, known?.epoch ?? 0), at: now });
}
