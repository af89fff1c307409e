import {
  after,
  type ConnId,
  createDeadlineQueue,
  type DurationMs,
  durationMs,
  type Endpoint,
  type InstantMs,
  type NodeId,
} from "@mutirao/primitives";
import type { LeaseRef, Offer, RefusalTerms, SendableMessage, WorkerRequest } from "@mutirao/protocol";
import { classOffer } from "../../policies/lending/class-lending.ts";
import { fill, type Want as Queue, type Supply } from "../../policies/lending/fill.ts";
import type { MasterOutbox } from "../outbox.ts";
import type { WorkerRecord } from "../worker-record.ts";
import { type Conversation, nameOf } from "./conversation.ts";
import { fitting, listMax } from "./list-limits.ts";
import type { LoanOut } from "./loan-out.ts";
import type { PeerRecord } from "./peer-table.ts";

/**
 * What peers ask of this master. An ask of one of ours stands for as long as its connection is open and its life lasts,
 * and is served whenever a worker becomes idle; one of another team's is answered once.
 */
export interface Wants {
  /** Asks that could still be served. */
  readonly size: number;
  /** Somebody is to be told something, as far as it is known. */
  readonly isDue: boolean;
  /** A peer asks that may. It is answered with the event under way, or as soon as what it gets is durable. */
  add(conn: ConnId, peer: PeerRecord, request: WorkerRequest, now: InstantMs): Want;
  /** Says no, or not now. @param who what the one who asks is called. */
  refuse(conn: ConnId, who: string, request: WorkerRequest, terms: RefusalTerms): void;
  /** Who gets which of the idle workers. */
  serve(supply: Supply<WorkerRecord>): readonly { readonly want: Want; readonly worker: WorkerRecord }[];
  /** The workers are its, as soon as that is durable. */
  grant(want: Want, loan: LoanOut): void;
  /** It is known of a loan whether it may be told of; if not, it is over. */
  flushed(loan: LoanOut, isOffered: boolean): void;
  /** Answers those of which all is known. */
  answer(words: () => OfferWords, whyNone: (want: Want) => RefusalTerms): void;
  /** Every want that is open, whoever asked. */
  open(): Iterable<Want>;
  /** Whoever asked on this connection has finished sending. */
  onInputEnded(conn: ConnId): void;
  onClosed(conn: ConnId): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

/** How the lender fares, for the answer. */
export interface OfferWords {
  readonly spare: number;
  readonly waitMs: DurationMs;
}

/** One ask of a peer. */
export interface Want {
  readonly conn: ConnId;
  readonly peer: PeerRecord;
  readonly to: Endpoint;
  readonly request: WorkerRequest;
  readonly dueAt: InstantMs;
  /** Workers that it still wants. */
  workers: number;
  /** Slots that it has or was given since. */
  slots: number;
  readonly isStanding: boolean;
  hasAnswer: boolean;
  /** Loans that are on their way to the store. */
  readonly flushing: Set<LoanOut>;
  /** Loans that are durable and not told yet. */
  granted: LeaseRef[];
}

interface State {
  readonly outbox: MasterOutbox;
  readonly conversation: Conversation;
  readonly selfId: NodeId;
  /** One for each peer: a new ask replaces the old one. */
  readonly wants: Map<PeerRecord, Want>;
  readonly due: ReturnType<typeof createDeadlineQueue<Want>>;
  /**
   * Connections on which another team's master has asked. Some finish sending with that, and the answer may wait for the
   * disk: such a connection is ours to end, once both is done.
   */
  readonly owed: Map<ConnId, { isAnswered: boolean; hasEnded: boolean }>;
  /** Those with something to be told as soon as it is durable. */
  readonly untold: Set<Want>;
}

/** The most that one ask is taken to be for. */
const NEEDED_MAX = 64;
/** An ask of a class node is answered at once, or as soon as the store has answered. */
const CLASS_LIFE_MS = durationMs(5_000);
/** An ask that would stand for longer is told again by whoever still needs it. */
const LIFE_MAX_MS = durationMs(60_000);

export function createWants(selfId: NodeId, outbox: MasterOutbox, conversation: Conversation): Wants {
  const state: State = {
    outbox,
    conversation,
    selfId,
    wants: new Map(),
    due: createDeadlineQueue(),
    owed: new Map(),
    untold: new Set(),
  };
  return {
    get size() {
      return state.wants.size;
    },
    get isDue() {
      return state.untold.size > 0;
    },
    add: (conn, peer, request, now) => add(state, conn, peer, request, now),
    refuse: (conn, who, request, terms) => refuse(state, conn, who, request, terms),
    serve: (supply) => serve(state, supply),
    grant(want, loan) {
      want.workers--;
      want.slots += loan.slots;
      want.flushing.add(loan);
      state.untold.add(want);
    },
    flushed(loan, isOffered) {
      for (const want of state.untold) {
        if (!want.flushing.delete(loan)) continue;
        if (isOffered) want.granted.push({ worker: loan.worker, epoch: loan.epoch });
        else {
          want.workers++;
          want.slots -= loan.slots;
        }
      }
    },
    answer(words, whyNone) {
      for (const want of state.untold) {
        if (want.flushing.size > 0) continue;
        state.untold.delete(want);
        tell(state, want, words, whyNone);
      }
    },
    open: () => state.wants.values(),
    onInputEnded(conn) {
      const owed = state.owed.get(conn);
      if (owed === undefined) return;
      owed.hasEnded = true;
      endIfOver(state, conn);
    },
    onClosed(conn) {
      state.owed.delete(conn);
      for (const want of state.wants.values()) if (want.conn === conn) drop(state, want);
    },
    wake(now) {
      for (let want = state.due.takeDue(now); want !== undefined; want = state.due.takeDue(now)) drop(state, want);
    },
    nextDeadline: () => state.due.nextDeadline(),
  };
}

function add(state: State, conn: ConnId, peer: PeerRecord, request: WorkerRequest, now: InstantMs): Want {
  const { terms, needed, at } = request;
  const former = state.wants.get(peer);
  if (former !== undefined) drop(state, former);
  const lifeMs = durationMs(Math.min(LIFE_MAX_MS, terms?.lifeMs ?? CLASS_LIFE_MS));
  const want: Want = {
    conn,
    peer,
    to: at,
    request,
    dueAt: after(now, lifeMs),
    workers: Math.min(NEEDED_MAX, listMax({ isOurs: terms !== undefined }), needed),
    slots: terms?.workers ?? 1,
    isStanding: terms !== undefined && terms.lifeMs > 0,
    hasAnswer: false,
    flushing: new Set(),
    granted: [],
  };
  if (terms === undefined) {
    state.owed.set(conn, { isAnswered: false, hasEnded: false });
    state.outbox.emit({ type: "owe", conn });
  }
  state.wants.set(peer, want);
  state.due.schedule(want, want.dueAt);
  state.untold.add(want);
  return want;
}

function drop(state: State, want: Want): void {
  if (state.wants.get(want.peer) === want) state.wants.delete(want.peer);
  state.due.cancel(want);
  const owed = state.owed.get(want.conn);
  if (owed === undefined) return;
  // It has its answer, or gets none any more.
  owed.isAnswered = true;
  endIfOver(state, want.conn);
}

function endIfOver({ owed, outbox }: State, conn: ConnId): void {
  const { isAnswered = false, hasEnded = false } = owed.get(conn) ?? {};
  if (!isAnswered || !hasEnded) return;
  owed.delete(conn);
  outbox.emit({ type: "close", conn });
}

function serve(
  state: State,
  supply: Supply<WorkerRecord>,
): readonly { readonly want: Want; readonly worker: WorkerRecord }[] {
  const queues = [...state.wants.values()].map((want) => queueOf(want, supply));
  return fill(queues, supply).map(({ borrower, worker }) => ({ want: borrower, worker }));
}

/** A class node says neither how much waits nor how long a task takes: it counts as one that just needs what it asks for. */
function queueOf(want: Want, { spare }: Supply<WorkerRecord>): Queue<Want> {
  const { request, workers, slots } = want;
  const { terms } = request;
  if (terms === undefined) {
    return { borrower: want, workers: classOffer(workers, spare), backlog: workers, serviceMs: durationMs(1), slots };
  }
  return { borrower: want, workers, backlog: terms.backlog, serviceMs: terms.serviceMs, slots };
}

function tell(state: State, want: Want, words: () => OfferWords, whyNone: (want: Want) => RefusalTerms): void {
  const { conn, peer, request, granted } = want;
  const isFirst = !want.hasAnswer;
  want.hasAnswer = true;
  want.granted = [];
  const isOpen = state.wants.get(peer) === want;
  const stands = isOpen && want.isStanding && want.workers > 0;
  if (granted.length === 0) {
    if (isFirst && isOpen) refuse(state, conn, nameOf(peer), request, { ...whyNone(want), isStanding: stands });
  } else if (isOpen) {
    const said = { ...words(), isStanding: stands };
    const messageOf = (leases: readonly LeaseRef[]): Offer => offerOf(state, request, leases, said);
    const listed = fitting({ isOurs: request.terms !== undefined }, granted, messageOf);
    say(state, conn, nameOf(peer), messageOf(listed), undefined);
  }
  // If it is gone, its workers go all the same: their ALIVE will tell it. So do those that the line had no room for.
  if (!stands) drop(state, want);
}

function offerOf(
  { selfId: from }: State,
  { dialect, terms }: WorkerRequest,
  leases: readonly LeaseRef[],
  words: OfferWords & { readonly isStanding: boolean },
): Offer {
  const workers = leases.map(({ worker }) => worker);
  const plain = { kind: "offer", dialect, from, workers } as const;
  return terms === undefined ? plain : { ...plain, terms: { leases, ...words } };
}

function refuse(state: State, conn: ConnId, who: string, { dialect, terms }: WorkerRequest, why: RefusalTerms): void {
  const plain = { kind: "worker-refusal", dialect, from: state.selfId } as const;
  say(state, conn, who, terms === undefined ? plain : { ...plain, terms: why }, why.code);
}

function say(
  { outbox, conversation }: State,
  conn: ConnId,
  who: string,
  message: SendableMessage,
  why: string | undefined,
): void {
  outbox.emit({ type: "send", conn, message });
  conversation.sent(who, message, why);
}
