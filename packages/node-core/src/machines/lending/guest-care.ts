import {
  durationMs,
  type Endpoint,
  elapsed,
  type InstantMs,
  type NodeId,
  parseEndpoint,
  seconds,
} from "@mutirao/primitives";
import type { CommandRelease, LeaseRef, Message, Return } from "@mutirao/protocol";
import { classLendingTimes } from "../../policies/lending/class-lending.ts";
import type { LendingFigures } from "../../policies/lending/figures.ts";
import { guestStaysMs } from "../../policies/lending/guest-stays.ts";
import type { Attempts } from "../attempts.ts";
import type { Backlog } from "../backlog.ts";
import type { Farm } from "../farm.ts";
import type { MasterOutbox } from "../outbox.ts";
import { hasNothing, type WorkerRecord } from "../worker-record.ts";
import { type Conversation, nameOf } from "./conversation.ts";
import type { Exchanges } from "./exchanges.ts";
import type { Guest, Guests } from "./guests.ts";
import { epochsOf } from "./lease-epochs.ts";
import { fitting } from "./list-limits.ts";
import type { LoanLog } from "./loan-log.ts";
import { sayOrder } from "./orders.ts";
import type { PeerRecord } from "./peer-table.ts";

/** Sees the guests off: tells their owners, and then them. */
export interface GuestCare {
  /** The guest is to go as soon as it has nothing to do. */
  release(guest: Guest, why: string, now: InstantMs): void;
  /** Guests that are to go, and have nothing to do, are told to. Before tasks are given out. */
  settle(now: InstantMs): void;
  /** Those that have been idle for long enough go home. Gives when to look again. */
  lookAtIdle(figures: () => LendingFigures, now: InstantMs): InstantMs | undefined;
  /** Nobody needs an idle guest more than its owner does. */
  releaseIdle(why: string, now: InstantMs): void;
  /** What a guest that asks for work is told, if it is to go. */
  orderFor(guest: Guest, now: InstantMs): Return | undefined;
  /** The owner wants so many of these back, the first that finish. */
  reclaim(peer: PeerRecord, workers: readonly NodeId[], count: number | undefined, now: InstantMs): readonly NodeId[];
  /** The owner says that they are home. */
  completed(
    peer: PeerRecord,
    workers: readonly NodeId[],
    leases: readonly LeaseRef[] | undefined,
    now: InstantMs,
  ): void;
  wake(now: InstantMs): void;
}

export interface GuestCareTools {
  readonly outbox: MasterOutbox;
  readonly selfId: NodeId;
  readonly farm: Farm;
  readonly attempts: Attempts;
  readonly backlog: Backlog;
  readonly guests: Guests;
  readonly exchanges: Exchanges;
  readonly conversation: Conversation;
  readonly log: LoanLog;
  readonly isAlive: (peer: PeerRecord) => boolean;
  readonly meetingPoint: () => Endpoint | undefined;
}

/** For the answer to a notice. */
const NOTICE_MS = seconds(5);
/** An owner that lives and does not answer so many notices is not asked any more: RETURN needs nobody's leave. */
const NOTICES_MAX = 3;
/** Some owners of the class send RETURN themselves once they have answered; they get the time. */
const FOREIGN_RETURN_MS = seconds(2);
const AT_ONCE = durationMs(0);
/** A worker that was told so often to go home cannot be called back. */
const RETURNS_MAX = 3;

interface State extends GuestCareTools {
  /** Owners that have a notice of ours to answer: one at a time, since some take a second one for the first. */
  readonly noticed: Map<PeerRecord, ReadonlySet<Guest>>;
}

export function createGuestCare(tools: GuestCareTools): GuestCare {
  const state: State = { ...tools, noticed: new Map() };
  return {
    release: (guest, why, now) => release(state, guest, why, now),
    settle: (now) => settle(state, now),
    lookAtIdle: (figures, now) => lookAtIdle(state, figures, now),
    releaseIdle(why, now) {
      for (const guest of state.guests.all.values()) if (canGo(state, guest)) release(state, guest, why, now);
    },
    orderFor: (guest, now) => orderFor(state, guest, now),
    reclaim: (peer, workers, count, now) => reclaim(state, peer, workers, count, now),
    completed: (peer, workers, leases, now) => completed(state, peer, workers, leases, now),
    wake: (now) => wake(state, now),
  };
}

/** An owner that is away could neither answer nor use its worker. */
const canGo = ({ isAlive }: State, guest: Guest): boolean =>
  guest.phase === "held" && hasNothing(guest.worker) && isAlive(guest.peer);

function release(state: State, guest: Guest, why: string, now: InstantMs): void {
  state.guests.release(guest, why, now);
  state.farm.review(guest.worker);
}

function settle(state: State, now: InstantMs): void {
  const { guests } = state;
  for (const guest of guests.all.values()) {
    if (guest.phase !== "held") continue;
    const idle = hasNothing(guest.worker);
    guest.idleSince = idle ? (guest.idleSince ?? now) : undefined;
    const owed = guests.owed.get(guest.peer) ?? 0;
    // Nothing else would ever end a loan of which its owner knows neither lease nor reclaim.
    const isOverdue = guest.epoch === undefined && elapsed(guest.heldSince, now) >= classLendingTimes.heldMaxMs;
    if (isOverdue) guest.isWanted = true;
    if (!guest.isWanted && owed === 0) continue;
    if (!idle) {
      // One that is wanted by name gets nothing new; of those that are owed, the first that finishes goes.
      if (guest.isWanted && !guest.worker.isBarred) bar(state, guest);
      continue;
    }
    if (!state.isAlive(guest.peer)) continue;
    if (owed > 0) owe(state, guest.peer, owed - 1);
    release(state, guest, isOverdue ? "it has been here for as long as it may" : "its owner wants it back", now);
  }
}

function bar({ farm }: State, { worker }: Guest): void {
  worker.isBarred = true;
  farm.review(worker);
}

function owe({ guests }: State, peer: PeerRecord, count: number): void {
  if (count > 0) guests.owed.set(peer, count);
  else guests.owed.delete(peer);
}

/** A worker that asks for each task is idle between two questions; what waits for it then is as good as its own. */
const hasWork = ({ backlog }: State, { worker }: Guest): boolean =>
  backlog.ready > 0 && backlog.next(worker.types, worker.style !== "session") !== undefined;

function lookAtIdle(state: State, figures: () => LendingFigures, now: InstantMs): InstantMs | undefined {
  let lookAt: number | undefined;
  let known: LendingFigures | undefined;
  for (const guest of state.guests.all.values()) {
    const { idleSince, heldSince, worker, peer } = guest;
    if (!canGo(state, guest) || idleSince === undefined || hasWork(state, guest)) continue;
    known ??= figures();
    const times = { idleMs: elapsed(idleSince, now), heldMs: elapsed(heldSince, now), slots: worker.slots };
    const staysMs = guestStaysMs(known, times, peer.isOurs ? undefined : classLendingTimes.minStayMs);
    if (staysMs <= 0) {
      release(state, guest, "it has had nothing to do here", now);
      // What is left of the farm is judged without it.
      known = undefined;
    } else lookAt = Math.min(lookAt ?? Number.POSITIVE_INFINITY, now + staysMs);
  }
  return lookAt as InstantMs | undefined;
}

function orderFor(state: State, guest: Guest, now: InstantMs): Return | undefined {
  const { phase, epoch, returns, returnedAt, worker } = guest;
  if (phase !== "leaving") return undefined;
  if (epoch === undefined) {
    // A worker that listens takes no order in any other way, and it would be counted as one that it did not obey.
    if (worker.style === "pull-with-port" || returns >= RETURNS_MAX) return undefined;
    // Its owner has the time to say it first.
    if (now < returnedAt) return undefined;
  }
  return goHome(state, guest, now);
}

function goHome({ guests }: State, guest: Guest, now: InstantMs): Return {
  guests.returned(guest, now);
  const { peer, epoch, worker } = guest;
  const to = addressOf(peer, worker);
  return { kind: "return", to, ...(epoch === undefined ? {} : { epoch }) };
}

/** The owner's worker address as the owner says it, for those who compare. */
function addressOf(peer: PeerRecord, { owner }: WorkerRecord): Endpoint {
  const told = owner === undefined ? undefined : parseEndpoint(owner);
  if (peer.figures?.at !== undefined) return peer.figures.at;
  return told === undefined || "problem" in told ? peer.endpoint : told;
}

function reclaim(
  state: State,
  peer: PeerRecord,
  workers: readonly NodeId[],
  count: number | undefined,
  now: InstantMs,
): readonly NodeId[] {
  const listed = new Set(workers);
  const mine = [...state.guests.all.values()].filter((guest) => guest.peer === peer && listed.has(guest.worker.id));
  if (count === undefined) for (const guest of mine) guest.isWanted = true;
  else {
    // Said again it means the same: those that are on their way already are part of it.
    const going = mine.filter(({ phase, isWanted }) => phase !== "held" || isWanted).length;
    owe(state, peer, Math.min(count - going, mine.length - going));
  }
  settle(state, now);
  return mine.map(({ worker }) => worker.id);
}

function completed(
  state: State,
  peer: PeerRecord,
  workers: readonly NodeId[],
  leases: readonly LeaseRef[] | undefined,
  now: InstantMs,
): void {
  const epochs = epochsOf(leases);
  const listed = new Set(workers);
  for (const guest of [...state.guests.all.values()]) {
    const { worker, epoch, phase } = guest;
    if (guest.peer !== peer || !listed.has(worker.id)) continue;
    // Many say it when the worker arrives, or say it of an earlier lease.
    const isThis = epoch === undefined ? phase === "leaving" : epochs.get(worker.id) === epoch;
    if (isThis) depart(state, guest, "its owner has it back", now);
  }
}

/** It is home: what it had here is somebody else's, and that is not the task's fault. */
function depart({ attempts, farm, guests, outbox }: State, guest: Guest, why: string, now: InstantMs): void {
  const { worker } = guest;
  for (const attempt of [...worker.attempts.values()]) attempts.giveBack(attempt, now);
  if (worker.conn !== undefined && worker.style === "session") outbox.emit({ type: "close", conn: worker.conn });
  guests.remove(guest, true, why, now);
  farm.forget(worker);
}

function wake(state: State, now: InstantMs): void {
  const notices = new Map<PeerRecord, Guest[]>();
  for (const guest of state.guests.takeDue(now)) {
    if (guest.phase === "leaving") sayReturn(state, guest, now);
    else if (guest.phase === "releasing") {
      const list = notices.get(guest.peer);
      if (list === undefined) notices.set(guest.peer, [guest]);
      else list.push(guest);
    }
  }
  for (const [peer, list] of notices) notify(state, peer, list, now);
}

/** From the moment at which RETURN may be said: by then, whoever reads at all has read the line before. */
const ANSWERING_MS = durationMs(3_000);

function sayReturn(state: State, guest: Guest, now: InstantMs): void {
  const { worker, returns, returnedAt } = guest;
  // Some push workers lose what follows a line that they have not read yet.
  if (worker.unansweredKeepAlives > 0 && elapsed(returnedAt, now) < ANSWERING_MS) {
    state.guests.waitOn(guest, now);
    return;
  }
  // One that pulls shows itself as long as it is here. What asks is told again; what has not asked since has gone.
  const isUnseen = worker.style.startsWith("pull") && returns > 0 && worker.lastSeenAt <= returnedAt;
  // What it has brought along it finishes first; and nobody would miss the task of one that is forgotten with it.
  if (worker.attempts.size > 0 && (isUnseen || returns >= RETURNS_MAX)) state.guests.waitOn(guest, now);
  else if (isUnseen || (worker.style === "pull" && returns < RETURNS_MAX)) leftUnasked(state, guest, now);
  else if (returns < RETURNS_MAX) sayOrder(state, worker, goHome(state, guest, now), now);
  else unreturnable(state, guest, now);
}

/** How long a pull worker that is to go may say nothing until it counts as gone. */
const SILENT_MS = seconds(10);

function leftUnasked({ guests, farm }: State, guest: Guest, now: InstantMs): void {
  if (elapsed(guest.worker.lastSeenAt, now) < SILENT_MS) {
    guests.waitOn(guest, now);
    return;
  }
  guests.remove(guest, true, "it asks for no more work here", now);
  farm.forget(guest.worker);
}

/**
 * One of ours that does not go has lost its way: its connection ends, and it comes again or goes home. One of another
 * team that cannot be called back is told to nobody's use; the operator is.
 */
function unreturnable(state: State, guest: Guest, now: InstantMs): void {
  const { worker, peer } = guest;
  if (!guest.isUnreturnable) {
    guest.isUnreturnable = true;
    state.outbox.notify({ kind: "guest-unreturnable", worker: worker.id, peer: peer.address, returns: guest.returns });
  }
  if (worker.style === "session") {
    if (worker.conn !== undefined) state.outbox.emit({ type: "close", conn: worker.conn });
    state.guests.remove(guest, true, "it did not go when it was told to", now);
    state.farm.forget(worker);
    return;
  }
  if (worker.style === "push") state.guests.waitOn(guest, now);
  else leftUnasked(state, guest, now);
}

function notify(state: State, peer: PeerRecord, list: readonly Guest[], now: InstantMs): void {
  if (!state.isAlive(peer)) {
    for (const guest of list) {
      state.guests.keep(guest, "its owner is away", now);
      state.farm.review(guest.worker);
    }
    return;
  }
  const tired = list.filter(({ tries }) => tries >= NOTICES_MAX);
  for (const guest of tired) sendHome(state, guest, "its owner does not answer", now);
  const rest = list.filter((guest) => !tired.includes(guest));
  if (rest.length === 0) return;
  const first = fitting(peer, rest, (listed) => noticeOf(state, peer, listed));
  const exchange = state.noticed.has(peer) ? undefined : tell(state, peer, first, now);
  for (const guest of exchange === undefined ? rest : rest.slice(first.length)) state.guests.waitOn(guest, now);
}

function sendHome(state: State, guest: Guest, why: string, now: InstantMs): void {
  state.guests.acknowledged(guest, guest.peer.isOurs ? AT_ONCE : FOREIGN_RETURN_MS, why, now);
}

function tell(state: State, peer: PeerRecord, list: readonly Guest[], now: InstantMs) {
  const told = new Set(list);
  const end = (later: InstantMs): void => {
    if (state.noticed.get(peer) === told) state.noticed.delete(peer);
    for (const guest of told) if (guest.phase === "releasing") state.guests.unanswered(guest, later);
    tellNext(state, peer, told, later);
  };
  const onMessage = (message: Message, later: InstantMs): "more" | "done" => {
    if (message.kind !== "release-ack") return "more";
    const acked = new Set(message.workers);
    for (const guest of told) {
      if (guest.phase === "releasing" && acked.has(guest.worker.id)) sendHome(state, guest, "its owner knows", later);
    }
    end(later);
    return "done";
  };
  const message = noticeOf(state, peer, list);
  const reasons = new Set(list.flatMap((guest) => state.log.entryOf(guest)?.reason ?? []));
  const words = { to: peer.endpoint, name: nameOf(peer), message, why: [...reasons].join("; ") };
  const exchange = state.exchanges.open({ ...words, forMs: NOTICE_MS, onMessage, onEnd: end }, now);
  if (exchange !== undefined) state.noticed.set(peer, told);
  return exchange;
}

/** Whoever was to be released while the owner had a notice to answer need not wait any longer. */
function tellNext(state: State, peer: PeerRecord, told: ReadonlySet<Guest>, now: InstantMs): void {
  const waiting = [...state.guests.all.values()].filter(
    (guest) => guest.peer === peer && guest.phase === "releasing" && !told.has(guest),
  );
  if (waiting.length > 0) notify(state, peer, waiting, now);
}

function noticeOf({ selfId, meetingPoint }: State, peer: PeerRecord, list: readonly Guest[]): CommandRelease {
  const at = meetingPoint();
  const leases = list.flatMap(({ worker, epoch }) => (epoch === undefined ? [] : [{ worker: worker.id, epoch }]));
  return {
    kind: "command-release",
    from: selfId,
    workers: list.map(({ worker }) => worker.id),
    ...(at === undefined ? {} : { at }),
    ...(peer.isOurs ? { terms: { leases } } : {}),
  };
}
