import {
  after,
  createDeadlineQueue,
  durationMs,
  type Endpoint,
  type InstantMs,
  type NodeId,
  seconds,
} from "@mutirao/primitives";
import type { CommandRelease } from "@mutirao/protocol";
import type { ReclaimFigures } from "../../lending-notices.ts";
import { type BorrowersLoans, reclaimFrom } from "../../policies/lending/reclaim.ts";
import type { MasterOutbox } from "../outbox.ts";
import { nameOf } from "./conversation.ts";
import type { Exchanges } from "./exchanges.ts";
import { fitting } from "./list-limits.ts";
import type { LoanOut } from "./loan-out.ts";
import type { LoansOut } from "./loans-out.ts";
import type { PeerRecord } from "./peer-table.ts";

/** Why workers are called back, for whoever asks later. */
export interface ReclaimWhy {
  readonly why: string;
  readonly weighed: ReclaimFigures | undefined;
}

/** Calls lent workers back. The order is repeated, and goes with the beats as well: see `LoansOut.onGuests`. */
export interface Reclaims {
  /** Takes workers with so many slots back. Gives how many workers that is. */
  reclaim(slots: number, why: ReclaimWhy, now: InstantMs): number;
  /** Takes these back, as far as they are out and not called back yet, or in vain. Gives those. */
  reclaimThese(loans: readonly LoanOut[], why: ReclaimWhy, now: InstantMs): readonly LoanOut[];
  /** When workers were last taken back. */
  readonly lastAt: InstantMs | undefined;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface ReclaimsTools {
  readonly outbox: MasterOutbox;
  readonly selfId: NodeId;
  readonly loans: LoansOut;
  readonly exchanges: Exchanges;
  readonly meetingPoint: () => Endpoint | undefined;
}

const ANSWER_MS = seconds(5);
const REPEAT_MS = durationMs(1_000);
const TRIES_MAX = 3;

interface Order {
  readonly peer: PeerRecord;
  why: string;
  tries: number;
  /** Those of which another team's master has taken the order. */
  readonly told: Set<LoanOut>;
}

interface State extends ReclaimsTools {
  readonly orders: Map<PeerRecord, Order>;
  readonly due: ReturnType<typeof createDeadlineQueue<Order>>;
  lastAt: InstantMs | undefined;
}

export function createReclaims(tools: ReclaimsTools): Reclaims {
  const state: State = { ...tools, orders: new Map(), due: createDeadlineQueue(), lastAt: undefined };
  return {
    get lastAt() {
      return state.lastAt;
    },
    reclaim: (slots, why, now) => reclaim(state, slots, why, now),
    reclaimThese: (loans, why, now) => reclaimThese(state, loans, why, now),
    wake(now) {
      for (let order = state.due.takeDue(now); order !== undefined; order = state.due.takeDue(now))
        say(state, order, now);
    },
    nextDeadline: () => state.due.nextDeadline(),
  };
}

const isThere = ({ phase }: LoanOut): boolean => phase === "lent" || phase === "offered";

const isOut = (loan: LoanOut): boolean => isThere(loan) && loan.reclaimedAt === undefined;

const byBorrower = (loans: readonly LoanOut[]): ReadonlyMap<PeerRecord, readonly LoanOut[]> =>
  Map.groupBy(loans, ({ peer }) => peer);

function reclaimThese(state: State, loans: readonly LoanOut[], why: ReclaimWhy, now: InstantMs): readonly LoanOut[] {
  // Of those whose lease is not durable yet nobody knows: they do not go at all.
  const flushing = loans.filter(({ phase, reclaimedAt }) => phase === "flushing" && reclaimedAt === undefined);
  for (const loan of flushing) loan.reclaimedAt = now;
  const byPeer = byBorrower(loans.filter((loan) => isOut(loan) || (isThere(loan) && loan.isUnheard)));
  for (const [peer, list] of byPeer) mark(state, peer, list, why, now);
  return [...byPeer.values(), flushing].flat();
}

function reclaim(state: State, slots: number, why: ReclaimWhy, now: InstantMs): number {
  const byPeer = byBorrower([...state.loans.open.values()].filter(isOut));
  const held: BorrowersLoans<PeerRecord>[] = [...byPeer].map(([borrower, list]) => ({
    borrower,
    waitMs: borrower.figures?.waitMs,
    workers: list.length,
    slots: list.reduce((sum, loan) => sum + loan.slots, 0),
  }));
  let taken = 0;
  for (const { borrower, workers } of reclaimFrom(held, slots)) {
    mark(state, borrower, (byPeer.get(borrower) ?? []).slice(0, workers), why, now);
    taken += workers;
  }
  return taken;
}

function mark(state: State, peer: PeerRecord, loans: readonly LoanOut[], why: ReclaimWhy, now: InstantMs): void {
  for (const loan of loans) {
    loan.reclaimedAt = now;
    loan.isUnheard = false;
  }
  state.lastAt = now;
  state.outbox.notify({ kind: "reclaim-ordered", peer: peer.address, workers: loans.length, ...why });
  const order = state.orders.get(peer) ?? { peer, why: why.why, tries: 0, told: new Set() };
  order.why = why.why;
  order.tries = 0;
  state.orders.set(peer, order);
  say(state, order, now);
}

function say(state: State, order: Order, now: InstantMs): void {
  const { peer } = order;
  const here = [...state.loans.open.values()].filter((loan) => loan.peer === peer);
  const wanted = here.filter((loan) => isWanted(loan) && !order.told.has(loan));
  if (wanted.length === 0 || order.tries >= TRIES_MAX) {
    if (!peer.isOurs) for (const loan of wanted) loan.isUnheard = true;
    state.orders.delete(peer);
    state.due.cancel(order);
    return;
  }
  order.tries++;
  state.due.schedule(order, after(now, durationMs(REPEAT_MS * 2 ** order.tries)));
  const { message, listed } = orderOf(state, peer, here, wanted);
  const onMessage = (answer: { readonly kind: string }, later: InstantMs): "more" | "done" => {
    if (answer.kind !== "release-ack") return "more";
    taken(state, order, listed, wanted, later);
    return "done";
  };
  const words = { to: peer.endpoint, name: nameOf(peer), message, why: order.why };
  state.exchanges.open({ ...words, forMs: ANSWER_MS, onMessage, onEnd: () => {} }, now);
}

const isWanted = (loan: LoanOut): boolean => isThere(loan) && loan.reclaimedAt !== undefined;

/** Those that have it go when they can; it is only repeated to whoever did not take it. What had no room is said now. */
function taken(
  state: State,
  order: Order,
  listed: readonly LoanOut[],
  wanted: readonly LoanOut[],
  now: InstantMs,
): void {
  const { peer, told } = order;
  // An order that is over already is not begun again by an answer that comes late.
  if (state.orders.get(peer) !== order) return;
  for (const loan of listed) told.add(loan);
  if (!peer.isOurs && wanted.some((loan) => !told.has(loan))) {
    order.tries = 0;
    say(state, order, now);
    return;
  }
  state.due.cancel(order);
  state.orders.delete(peer);
}

/** One of ours lets go whoever is first to finish; another team's master is told whom. */
function orderOf(
  { selfId, meetingPoint }: State,
  peer: PeerRecord,
  here: readonly LoanOut[],
  wanted: readonly LoanOut[],
): { readonly message: CommandRelease; readonly listed: readonly LoanOut[] } {
  const at = meetingPoint();
  const all = peer.isOurs ? here.filter(isThere) : wanted;
  const messageOf = (listed: readonly LoanOut[]): CommandRelease => ({
    kind: "command-release",
    from: selfId,
    workers: listed.map(({ worker }) => worker),
    ...(at === undefined ? {} : { at }),
    ...(peer.isOurs
      ? {
          terms: {
            leases: listed.map(({ worker, epoch }) => ({ worker, epoch })),
            count: Math.min(listed.length, wanted.length),
          },
        }
      : {}),
  });
  const listed = fitting(peer, all, messageOf);
  return { message: messageOf(listed), listed };
}
