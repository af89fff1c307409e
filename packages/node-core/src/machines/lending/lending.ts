import {
  type ConnId,
  type DurationMs,
  type Endpoint,
  earlierOf,
  formatEndpoint,
  type InstantMs,
  type NodeId,
  unreachable,
} from "@mutirao/primitives";
import type { LeaseRef, Message, Return, WorkerAlive } from "@mutirao/protocol";
import type { LeaseRecord } from "@mutirao/task-store";
import type { Answer } from "../../master-effects.ts";
import type { Borrow, Lend, Reclaim } from "../../master-events.ts";
import type { LoanView } from "../../master-views.ts";
import { overdueMs, reclaimAtMs } from "../../policies/lending/parameters.ts";
import { overdueCount, reclaimCount } from "../../policies/lending/reclaim.ts";
import { createMoveCost } from "../move-cost.ts";
import type { PeerTalk } from "../peer-talk.ts";
import type { WorkerRecord } from "../worker-record.ts";
import { createAsks } from "./asks.ts";
import { borrowByHand, lendByHand, reclaimByHand } from "./by-hand.ts";
import { nameOf } from "./conversation.ts";
import { createExchanges } from "./exchanges.ts";
import { type Greeting, greet, wayHome, workerBack, workerGone } from "./greetings.ts";
import { createGuestCare } from "./guest-care.ts";
import { createGuests } from "./guests.ts";
import {
  figuresAt,
  homeName,
  type LendingOptions,
  type LendingState,
  type LendingTools,
  ownWaitMs,
  pace,
  peerFigures,
} from "./lending-state.ts";
import { createLoanLog } from "./loan-log.ts";
import type { LoanOut } from "./loan-out.ts";
import { type LoanQuery, loanViews, unseenLoans, type Whereabouts, whereabouts } from "./loan-views.ts";
import { createLoansOut } from "./loans-out.ts";
import { dialOrder, sayOrder } from "./orders.ts";
import type { OwnFigures } from "./own-figures.ts";
import { createPeerTable, type PeerRecord } from "./peer-table.ts";
import { createLendingTalk } from "./peer-talk.ts";
import { createReclaims, type ReclaimWhy } from "./reclaims.ts";
import { onCompleted, onRelease, sayCompleted } from "./releases.ts";
import { answerWants, onRequest, serveWants } from "./requests.ts";
import { createWants } from "./wants.ts";

/** What a master lends and borrows: the one door through which the other machines see it. */
export interface Lending {
  readonly talk: PeerTalk;
  onStarted(listening: Endpoint): void;
  recover(leases: readonly LeaseRecord[], now: InstantMs): void;
  onDialSucceeded(conn: ConnId): void;
  /** The other side has finished sending on this connection. */
  onInputEnded(conn: ConnId): void;
  onClosed(conn: ConnId, now: InstantMs): void;
  /** What masters say to masters, and what is answered to us. Whether it was for us. */
  onMessage(conn: ConnId, remote: Endpoint, message: Message, now: InstantMs): boolean;
  /** A worker says that it is here. Decides whether it is given tasks, and what it is told with the welcome. */
  greet(worker: WorkerRecord, alive: WorkerAlive, now: InstantMs): Greeting;
  /** What a worker is told that cannot stay, by what it says of its owner. */
  wayHome(owner: NodeId | undefined): Return;
  /** The connection of a worker has ended. Whether it is on its way to somewhere, so that nobody need wait for it here. */
  onWorkerGone(worker: WorkerRecord, now: InstantMs): "travels" | "left" | "missed";
  /** A worker is lost: if it was a guest, it is no more. */
  onWorkerLost(worker: WorkerRecord, now: InstantMs): void;
  /** Before tasks are given out: guests that are to go get none. */
  settle(now: InstantMs): void;
  /** After tasks were given out: who is idle, or waits, now? */
  evaluate(now: InstantMs): void;
  /** This master is to end: nobody comes any more, and guests go home. @param isCallingBack and own workers come home. */
  drain(isCallingBack: boolean, now: InstantMs): void;
  /** What an operator orders by hand. */
  order(event: Borrow | Lend | Reclaim, now: InstantMs): Answer;
  /** Neither guests here nor anything about them to be said. */
  readonly isClear: boolean;
  /** No worker of ours is elsewhere, as far as anything is expected of it. */
  readonly isHome: boolean;
  /** A lease of a worker of ours by this id is open, whether it has gone yet or not. */
  isLent(worker: NodeId): boolean;
  /** This process was stalled until `now`: what was to happen meanwhile may be waiting, unread. */
  onResumed(now: InstantMs): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
  loans(query: LoanQuery, now: InstantMs): readonly LoanView[];
  whereabouts(worker: WorkerRecord): Whereabouts;
  /** What is lent of which the farm has no record: a process before this one has lent it. */
  unseen(): readonly LoanOut[];
  figures(now: InstantMs): OwnFigures;
}

export function createLending(options: LendingOptions, tools: LendingTools): Lending {
  const state = createState(options, tools);
  const { exchanges, wants, loans, reclaims, care } = state;
  const talk = createLendingTalk({ ...state, figures: (now) => peerFigures(state, now) });
  return {
    talk,
    onStarted(listening) {
      state.listening = listening;
    },
    recover: (leases, now) => loans.recover(leases, now),
    onDialSucceeded: (conn) => exchanges.onDialSucceeded(conn),
    onInputEnded: (conn) => wants.onInputEnded(conn),
    onClosed(conn, now) {
      exchanges.onClosed(conn, now);
      wants.onClosed(conn);
    },
    onMessage: (conn, remote, message, now) => onMessage(state, conn, remote, message, now),
    greet: (worker, alive, now) => greet(state, worker, alive, now),
    wayHome: (owner) => wayHome(state, owner),
    onWorkerGone: (worker, now) => workerGone(state, worker, now),
    onWorkerLost(worker, now) {
      const guest = state.guests.of(worker);
      if (guest !== undefined) state.guests.remove(guest, false, "it was lost", now);
    },
    settle: (now) => settle(state, now),
    evaluate: (now) => evaluate(state, now),
    drain: (isCallingBack, now) => drain(state, isCallingBack, now),
    order: (event, now) => order(state, event, now),
    get isClear() {
      return state.guests.all.size === 0;
    },
    get isHome() {
      return [...loans.open.values()].every(({ phase }) => phase === "lost");
    },
    isLent: (worker) => loans.open.has(worker),
    onResumed(now) {
      exchanges.onResumed(now);
      loans.onResumed(now);
    },
    wake(now) {
      state.known = undefined;
      exchanges.wake(now);
      loans.wake(now);
      wants.wake(now);
      reclaims.wake(now);
      state.asks.wake(now);
      care.wake(now);
      if (state.idleAt !== undefined && state.idleAt <= now) state.idleAt = undefined;
    },
    nextDeadline: () => nextDeadline(state),
    loans: (query, now) => loanViews(state, query, now),
    whereabouts: (worker) => whereabouts(state, worker),
    unseen: () => unseenLoans(state),
    figures: (now) => figuresAt(state, now),
  };
}

function createState(options: LendingOptions, tools: LendingTools): LendingState {
  const { outbox, conversation, clock, conns, farm, attempts, prng } = tools;
  const { selfId, leaseMs, foreignLeaseMs, graceMs, workersMax } = options;
  const peers = createPeerTable(options.peers);
  const exchanges = createExchanges(outbox, conns, conversation);
  const log = createLoanLog(outbox);
  const guests = createGuests(leaseMs, log);
  const moveCost = createMoveCost();
  const isAlive = ({ address }: PeerRecord): boolean => tools.isAlive(address);
  const meetingPoint = (): Endpoint | undefined => options.connectAt ?? state.listening;
  const onHome = (peer: PeerRecord, lease: LeaseRef, now: InstantMs): void => sayCompleted(state, peer, lease, now);
  const loans = createLoansOut(
    { leaseMs, foreignLeaseMs, graceMs, loansMax: workersMax, homeName: (peer) => homeName(state, peer) },
    {
      ...{ clock, peers, log, isAlive },
      keep: tools.keep,
      isHere: (id, since) => farm.withId(id).some((worker) => worker.name === id && isPushedSince(worker, since)),
      onBack: (worker, now) => workerBack(state, worker, now),
      onOverdue: (loan, now) =>
        state.reclaims.reclaimThese(
          [loan],
          { why: "it has been there for as long as it may", weighed: undefined },
          now,
        ),
      onLate(worker, listensAt, now) {
        const to = meetingPoint();
        if (to !== undefined) dialOrder(exchanges, { to: listensAt, name: worker }, { kind: "return", to }, now);
      },
      onCompleted: onHome,
    },
  );
  const asks = createAsks(
    { selfId, intervalMs: options.intervalMs, isObserving: options.lending === "observe" },
    {
      outbox,
      peers,
      exchanges,
      moveCost,
      prng: prng.fork("asks"),
      isAlive: (peer) => isAlive(peer) && peers.firstOf(peer) === peer,
      hasCome: (worker, peer, epoch, now) => hasCome(state, { worker, peer, epoch }, now),
      borrowers: () => loans.borrowers(),
      meetingPoint,
      pace: () => pace(state),
    },
  );
  const state: LendingState = {
    ...tools,
    options,
    peers,
    exchanges,
    log,
    guests,
    loans,
    asks,
    wants: createWants(selfId, outbox, conversation),
    care: createGuestCare({
      outbox,
      selfId,
      farm,
      attempts,
      backlog: tools.backlog,
      guests,
      exchanges,
      conversation,
      log,
      isAlive,
      meetingPoint,
    }),
    reclaims: createReclaims({ outbox, selfId, loans, exchanges, meetingPoint }),
    moveCost,
    requests: new Map(),
    own: new WeakSet(),
    listening: undefined,
    isDraining: false,
    idleAt: undefined,
    known: undefined,
  };
  return state;
}

const isPushedSince = ({ style, conn, lastSeenAt }: WorkerRecord, since: InstantMs): boolean =>
  style === "push" && conn !== undefined && lastSeenAt > since;

/** By the number of its lease it has, also if it is about to go already. Without one, whoever is about to go may be an earlier loan. */
function hasCome(
  { farm, guests }: LendingState,
  { worker, peer, epoch }: { readonly worker: NodeId; readonly peer: PeerRecord; readonly epoch: number | undefined },
  now: InstantMs,
): boolean {
  if (guests.isOver(worker, epoch, now)) return true;
  return farm.withId(worker).some((record) => {
    const guest = guests.of(record);
    return guest?.peer === peer && guest.epoch === epoch && (epoch !== undefined || guest.phase === "held");
  });
}

function nextDeadline({
  exchanges,
  loans,
  wants,
  reclaims,
  asks,
  guests,
  idleAt,
}: LendingState): InstantMs | undefined {
  const talks = earlierOf(exchanges.nextDeadline(), earlierOf(wants.nextDeadline(), asks.nextDeadline()));
  const books = earlierOf(loans.nextDeadline(), earlierOf(reclaims.nextDeadline(), guests.nextDeadline()));
  return earlierOf(earlierOf(talks, books), idleAt);
}

function onMessage(state: LendingState, conn: ConnId, remote: Endpoint, message: Message, now: InstantMs): boolean {
  if (state.exchanges.onMessage(conn, message, now)) return true;
  noteReceived(state, remote, message);
  switch (message.kind) {
    case "worker-request":
      onRequest(state, conn, remote, message, now);
      return true;
    case "command-release":
      onRelease(state, conn, remote, message, now);
      return true;
    case "release-completed":
      onCompleted(state, remote, message, now);
      return true;
    case "offer":
    case "worker-refusal":
    case "release-ack":
      refuseAnswer(state, conn, remote, message);
      return true;
    default:
      return false;
  }
}

function noteReceived({ conversation, peers }: LendingState, remote: Endpoint, message: Message): void {
  const from = "from" in message ? message.from : undefined;
  const peer = peers.senderOf(from, remote, "at" in message ? message.at : undefined);
  conversation.received(peer === undefined ? formatEndpoint(remote) : nameOf(peer), message);
}

/** An answer to nothing that we asked, or once more to what was answered: whoever says it has nothing to say to us. */
function refuseAnswer({ outbox }: LendingState, conn: ConnId, remote: Endpoint, message: Message): void {
  outbox.notify({ kind: "order-refused", word: message.kind, remote, workers: [] });
  outbox.emit({ type: "close", conn });
}

function settle(state: LendingState, now: InstantMs): void {
  state.known = undefined;
  for (const loan of state.loans.takeFlushed(now)) {
    const isOffered = loan.phase === "offered";
    state.wants.flushed(loan, isOffered);
    if (isOffered) sendAway(state, loan, now);
  }
  if (state.guests.all.size > 0) state.care.settle(now);
}

function sendAway(state: LendingState, loan: LoanOut, now: InstantMs): void {
  const worker = state.farm.withId(loan.worker).find(({ name, owner }) => name === loan.worker && owner === undefined);
  // One that is away for the moment, or asks for work at its own pace, is told when it is here.
  if (worker === undefined || worker.status !== "alive" || worker.style === "pull") return;
  if (worker.style !== "pull-with-port" && worker.conn === undefined) return;
  sayOrder(state, worker, state.loans.redirect(loan, now), now);
}

function evaluate(state: LendingState, now: InstantMs): void {
  const { wants, guests, loans, backlog, asks, peers } = state;
  // A master without peers has nobody to lend to or to borrow from; and this comes with every event.
  if (peers.all.length === 0) return;
  if (backlog.ready === 0) asks.withdraw();
  if (wants.size > 0) serveWants(state, now);
  if (wants.isDue) answerWants(state, now);
  if (backlog.ready > 0) {
    if (loans.open.size > 0) takeBack(state, now);
    if (!state.isDraining && state.options.lending !== "off") askForMore(state, now);
  }
  // Tasks may wait that the guests cannot do.
  if (guests.all.size > 0) state.idleAt = state.care.lookAtIdle(() => figuresAt(state, now), now);
}

/** Own workers come before other people's. */
function takeBack(state: LendingState, now: InstantMs): void {
  const figures = figuresAt(state, now);
  const slots = reclaimCount(figures);
  if (slots > 0) reclaimNow(state, slots, whyReclaim(figures), now);
  // How long tasks have really waited is dearer to know, and only asked where it can matter.
  if (slots > 0 || figures.lent === 0 || figures.beingReclaimed > 0) return;
  const waitMs = state.backlog.oldestWaitMs(now);
  const overdue = overdueCount(figures, waitMs);
  if (overdue > 0) reclaimNow(state, overdue, whyOverdue(figures, waitMs), now);
}

function reclaimNow(state: LendingState, slots: number, why: ReclaimWhy, now: InstantMs): void {
  state.reclaims.reclaim(slots, why, now);
  state.known = undefined;
}

function whyReclaim(figures: OwnFigures): ReclaimWhy {
  const { backlog } = figures;
  return {
    why: "own tasks wait",
    weighed: { backlog, waitMs: ownWaitMs(figures), thresholdMs: reclaimAtMs(figures) },
  };
}

const whyOverdue = (figures: OwnFigures, waitMs: DurationMs): ReclaimWhy => ({
  why: "an own task has waited for long",
  weighed: { backlog: figures.backlog, waitMs, thresholdMs: overdueMs(figures) },
});

function askForMore(state: LendingState, now: InstantMs): void {
  const { asks, guests, options } = state;
  const taken = guests.all.size + asks.asked + asks.promises;
  asks.evaluate(() => figuresAt(state, now), Math.max(0, options.borrowMax - taken), now);
  state.known = undefined;
}

function order(state: LendingState, event: Borrow | Lend | Reclaim, now: InstantMs): Answer {
  switch (event.type) {
    case "borrow":
      return borrowByHand(state, event, now);
    case "lend":
      return lendByHand(state, event, now);
    case "reclaim":
      return reclaimByHand(state, event, now);
    default:
      return unreachable(event);
  }
}

const AT_THE_END = { why: "this master is about to end", weighed: undefined };

function drain(state: LendingState, isCallingBack: boolean, now: InstantMs): void {
  state.isDraining = true;
  state.asks.withdraw();
  if (isCallingBack) state.reclaims.reclaimThese([...state.loans.open.values()], AT_THE_END, now);
  for (const guest of state.guests.all.values()) guest.isWanted = true;
  state.care.settle(now);
}
