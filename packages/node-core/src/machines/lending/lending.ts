import {
  type ConnId,
  durationMs,
  type Endpoint,
  earlierOf,
  type InstantMs,
  type NodeId,
  type Prng,
} from "@mutirao/primitives";
import type {
  CommandRelease,
  Message,
  PeerFigures,
  Redirect,
  RefusalTerms,
  ReleaseCompleted,
  Return,
  WorkerAlive,
  WorkerRequest,
} from "@mutirao/protocol";
import type { LeaseRecord } from "@mutirao/task-store";
import type { LendingNodeOptions } from "../../options/lending-options.ts";
import { estimatedWaitMs } from "../../policies/lending/estimated-wait.ts";
import { expectedSlots } from "../../policies/lending/figures.ts";
import { type LendQuestion, type LendRefusal, retryAfterMs, whyNotLend } from "../../policies/lending/lend-refusal.ts";
import { reclaimCount } from "../../policies/lending/reclaim.ts";
import { lendRoom, spareSlots, spareWorkers } from "../../policies/lending/spare.ts";
import type { ArrivalRate } from "../arrival-rate.ts";
import type { Attempts } from "../attempts.ts";
import type { Backlog } from "../backlog.ts";
import type { ConnNumbers } from "../conn-numbers.ts";
import type { Farm } from "../farm.ts";
import { createMoveCost } from "../move-cost.ts";
import type { MasterOutbox } from "../outbox.ts";
import type { PeerTalk } from "../peer-talk.ts";
import { priorServiceMs, type ServiceTime } from "../service-time.ts";
import type { WallClock } from "../wall-clock.ts";
import type { WorkerRecord } from "../worker-record.ts";
import { type Asks, createAsks } from "./asks.ts";
import { createExchanges, type Exchanges } from "./exchanges.ts";
import { createGuestCare, type GuestCare } from "./guest-care.ts";
import { createGuests, type Guests } from "./guests.ts";
import { createLoanLog, type LoanEntry, type LoanLog } from "./loan-log.ts";
import { createLoansOut, type LoansOut } from "./loans-out.ts";
import { sayOrder } from "./orders.ts";
import { type OwnFigures, ownFigures } from "./own-figures.ts";
import { createPeerTable, type PeerRecord, type PeerTable, unmappedHost } from "./peer-table.ts";
import { createLendingTalk, leaseLeftMs } from "./peer-talk.ts";
import { createReclaims, type Reclaims } from "./reclaims.ts";
import { createWants, type Wants } from "./wants.ts";

/** What a master lends and borrows: the one door through which the other machines see it. */
export interface Lending {
  readonly talk: PeerTalk;
  onStarted(listening: Endpoint): void;
  recover(leases: readonly LeaseRecord[], now: InstantMs): void;
  onDialSucceeded(conn: ConnId): void;
  onClosed(conn: ConnId, now: InstantMs): void;
  /** What masters say to masters, and what is answered to us. Whether it was for us. */
  onMessage(conn: ConnId, remote: Endpoint, message: Message, now: InstantMs): boolean;
  /** A worker says that it is here. Decides whether it is given tasks, and what it is told with the welcome. */
  greet(worker: WorkerRecord, alive: WorkerAlive, now: InstantMs): Greeting;
  /** The connection of a worker has ended. Whether it is on its way to somewhere, so that nobody need wait for it here. */
  onWorkerGone(worker: WorkerRecord, now: InstantMs): "travels" | "left" | "missed";
  /** A worker is lost: if it was a guest, it is no more. */
  onWorkerLost(worker: WorkerRecord, now: InstantMs): void;
  /** Before tasks are given out: guests that are to go get none. */
  settle(now: InstantMs): void;
  /** After tasks were given out: who is idle, or waits, now? */
  evaluate(now: InstantMs): void;
  /** This master is to end: nobody comes or goes any more, and guests go home. */
  drain(now: InstantMs): void;
  /** Neither guests here nor anything about them to be said. */
  readonly isClear: boolean;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
  loans(): readonly LoanEntry[];
  figures(now: InstantMs): OwnFigures;
}

/** What follows from a worker's ALIVE. */
export interface Greeting {
  /** To be said with the welcome. */
  readonly epoch?: number;
  readonly leaseMs?: ReturnType<typeof durationMs>;
  /** To be said after it (to a pull worker, instead of a task). */
  readonly order?: Redirect | Return;
}

export interface LendingOptions extends LendingNodeOptions {
  readonly selfId: NodeId;
  readonly peers: readonly Endpoint[];
  readonly intervalMs: ReturnType<typeof durationMs>;
  readonly graceMs: ReturnType<typeof durationMs>;
  readonly workersMax: number;
}

export interface LendingTools {
  readonly outbox: MasterOutbox;
  readonly clock: WallClock;
  readonly conns: ConnNumbers;
  readonly farm: Farm;
  readonly backlog: Backlog;
  readonly attempts: Attempts;
  readonly arrivals: ArrivalRate;
  readonly serviceTime: ServiceTime;
  readonly prng: Prng;
  readonly isAlive: (address: string) => boolean;
  readonly loadState: () => string;
  readonly keep: (lease: LeaseRecord, whenKnown: (isDurable: boolean) => void) => void;
  readonly isStoreDown: () => boolean;
}

interface State extends LendingTools {
  readonly options: LendingOptions;
  readonly peers: PeerTable;
  readonly exchanges: Exchanges;
  readonly log: LoanLog;
  readonly guests: Guests;
  readonly loans: LoansOut;
  readonly asks: Asks;
  readonly wants: Wants;
  readonly care: GuestCare;
  readonly reclaims: Reclaims;
  readonly moveCost: ReturnType<typeof createMoveCost>;
  readonly requests: Map<PeerRecord, RequestRate>;
  listening: Endpoint | undefined;
  isDraining: boolean;
  /** When idle guests are looked at again. */
  idleAt: InstantMs | undefined;
  /** Own figures as of an event, counted once. */
  known: { readonly at: InstantMs; readonly figures: OwnFigures } | undefined;
}

/** How many requests a peer may still make; see {@link mayRequest}. */
interface RequestRate {
  left: number;
  at: InstantMs;
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
    onClosed(conn, now) {
      exchanges.onClosed(conn, now);
      wants.onClosed(conn);
    },
    onMessage: (conn, remote, message, now) => onMessage(state, conn, remote, message, now),
    greet: (worker, alive, now) => greet(state, worker, alive, now),
    onWorkerGone: (worker, now) => workerGone(state, worker, now),
    onWorkerLost(worker, now) {
      const guest = state.guests.of(worker);
      if (guest !== undefined) state.guests.remove(guest, false, "it was lost", now);
    },
    settle: (now) => settle(state, now),
    evaluate: (now) => evaluate(state, now),
    drain: (now) => drain(state, now),
    get isClear() {
      return state.guests.all.size === 0;
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
    loans: () => state.log.entries(),
    figures: (now) => figuresAt(state, now),
  };
}

function createState(options: LendingOptions, tools: LendingTools): State {
  const { outbox, clock, conns, farm, attempts, prng } = tools;
  const { selfId, leaseMs, graceMs, workersMax } = options;
  const peers = createPeerTable(options.peers);
  const exchanges = createExchanges(outbox, conns);
  const log = createLoanLog(outbox);
  const guests = createGuests(leaseMs, log);
  const moveCost = createMoveCost();
  const isAlive = ({ address }: PeerRecord): boolean => tools.isAlive(address);
  const meetingPoint = (): Endpoint | undefined => options.connectAt ?? state.listening;
  const onCompleted = (peer: PeerRecord, lease: { readonly worker: NodeId; readonly epoch: number }, now: InstantMs) =>
    sayCompleted(state, peer, lease, now);
  const loans = createLoansOut(
    { leaseMs, graceMs, loansMax: workersMax, homeName: (peer) => homeName(state, peer) },
    { clock, peers, log, keep: tools.keep, onBack: (worker, now) => workerBack(state, worker, now), onCompleted },
  );
  const asks = createAsks(
    { selfId, intervalMs: options.intervalMs, isObserving: options.lending === "observe" },
    { outbox, peers, exchanges, moveCost, prng: prng.fork("asks"), isAlive, meetingPoint, pace: () => pace(state) },
  );
  const state: State = {
    ...tools,
    options,
    peers,
    exchanges,
    log,
    guests,
    loans,
    asks,
    wants: createWants(selfId, outbox),
    care: createGuestCare({ outbox, selfId, farm, attempts, guests, exchanges, isAlive, meetingPoint }),
    reclaims: createReclaims({ outbox, selfId, loans, exchanges, meetingPoint }),
    moveCost,
    requests: new Map(),
    listening: undefined,
    isDraining: false,
    idleAt: undefined,
    known: undefined,
  };
  return state;
}

function nextDeadline({ exchanges, loans, wants, reclaims, asks, guests, idleAt }: State): InstantMs | undefined {
  const talks = earlierOf(exchanges.nextDeadline(), earlierOf(wants.nextDeadline(), asks.nextDeadline()));
  const books = earlierOf(loans.nextDeadline(), earlierOf(reclaims.nextDeadline(), guests.nextDeadline()));
  return earlierOf(earlierOf(talks, books), idleAt);
}

/** What a worker of ours says of its owner while it is with this peer. */
function homeName({ options, listening }: State, { address }: PeerRecord): string {
  const { homeNames, connectAt, selfId } = options;
  const home = connectAt ?? listening;
  const style = homeNames.byPeer.get(address) ?? homeNames.usual;
  if (style === "id" || home === undefined) return selfId;
  return style === "ip" ? home.host : `${home.host}:${home.port}`;
}

function pace({ serviceTime, peers, moveCost }: State) {
  const neighbours = peers.all.flatMap(({ figures }) => (figures === undefined ? [] : [figures.serviceMs]));
  const serviceMs = serviceTime.measuredMs ?? priorServiceMs(neighbours);
  return { serviceMs, moveMs: moveCost.moveMs, latencyMs: moveCost.latencyMs };
}

function figuresAt(state: State, now: InstantMs): OwnFigures {
  if (state.known?.at === now) return state.known.figures;
  const { arrivals, reclaims } = state;
  const sources = {
    ...state,
    pace: () => pace(state),
    arrivalsPerMs: (at: InstantMs) => arrivals.perMs(at),
    reclaimedAt: () => reclaims.lastAt,
  };
  const figures = ownFigures(sources, now);
  state.known = { at: now, figures };
  return figures;
}

const ownWaitMs = (figures: OwnFigures) =>
  estimatedWaitMs({ backlog: figures.backlog, serviceMs: figures.serviceMs, slots: expectedSlots(figures) });

function room({ options }: State, figures: OwnFigures): number {
  return lendRoom(figures.homeWorkers, figures.lentWorkers, options);
}

function peerFigures(state: State, now: InstantMs): PeerFigures {
  const figures = figuresAt(state, now);
  const mayLend = state.options.lending === "on" && !state.isDraining;
  const at = state.options.connectAt ?? state.listening;
  return {
    spare: mayLend ? spareWorkers(figures, room(state, figures)) : 0,
    waitMs: durationMs(Math.min(ownWaitMs(figures), Number.MAX_SAFE_INTEGER)),
    backlog: figures.backlog,
    workers: expectedSlots(figures),
    serviceMs: figures.serviceMs,
    state: state.loadState(),
    ...(at === undefined ? {} : { at }),
  };
}

function onMessage(state: State, conn: ConnId, remote: Endpoint, message: Message, now: InstantMs): boolean {
  if (state.exchanges.onMessage(conn, message, now)) return true;
  switch (message.kind) {
    case "worker-request":
      onRequest(state, conn, remote, message, now);
      return true;
    case "command-release":
      onRelease(state, conn, remote, message, now);
      return true;
    case "release-completed":
      onCompletedTold(state, remote, message, now);
      return true;
    default:
      return false;
  }
}

function onRequest(state: State, conn: ConnId, remote: Endpoint, request: WorkerRequest, now: InstantMs): void {
  const peer = state.peers.senderOf(request.from, remote, request.at);
  const code = whyNot(state, peer, remote, request, now);
  const isFinal = code !== undefined && !PASSING.has(code);
  state.outbox.notify({
    kind: "lend-asked",
    peer: peer?.address,
    remote,
    needed: request.needed,
    code,
    backlog: request.terms?.backlog,
  });
  if (peer === undefined || isFinal) {
    state.wants.refuse(conn, request, refusalTerms(state, code ?? "LEND_UNKNOWN_PEER", now));
    return;
  }
  if (request.terms !== undefined) peer.isOurs = true;
  state.wants.add(conn, peer, request, now);
  // Whoever asks needs them more than we do.
  state.care.releaseIdle("another master needs workers", now);
}

/** Refusals that may be over in a moment: the ask of one of ours stands meanwhile. */
const PASSING: ReadonlySet<LendRefusal> = new Set<LendRefusal>([
  "LEND_SATURATED",
  "LEND_NONE_IDLE",
  "LEND_RESERVE",
  "LEND_LIMIT",
  "LEND_BORROWING",
]);

function whyNot(
  state: State,
  peer: PeerRecord | undefined,
  remote: Endpoint,
  request: WorkerRequest,
  now: InstantMs,
): LendRefusal | undefined {
  const figures = figuresAt(state, now);
  return whyNotLend(figures, {
    ...questionOf(state, figures),
    isKnownAlive: peer !== undefined && state.isAlive(peer.address),
    isAddressGood: peer !== undefined && isOwnAddress(peer, remote, request.at),
    isTooOften: peer !== undefined && !mayRequest(state, peer, now),
    isAllowed: peer === undefined || !isBarredPeer(state, peer),
    isSevere: request.terms?.isSevere === true,
  });
}

function questionOf(state: State, { lentWorkers, homeWorkers }: OwnFigures): LendQuestion {
  const { lending, lendMax, lendReserve } = state.options;
  return {
    isKnownAlive: true,
    isAddressGood: true,
    isTooOften: false,
    isLendingOn: lending === "on",
    isAllowed: true,
    isDraining: state.isDraining,
    isStoreDown: state.isStoreDown(),
    isSevere: false,
    lentWorkers,
    lendMax,
    homeWorkers,
    lendReserve,
  };
}

/** Workers are only sent to whoever asks: to where the line came from, or where the peer is known to listen. */
function isOwnAddress({ endpoint, figures, host }: PeerRecord, remote: Endpoint, at: Endpoint): boolean {
  const told = unmappedHost(at);
  return told === unmappedHost(remote) || told === endpoint.host || told === host || told === figures?.at?.host;
}

const isBarredPeer = ({ options }: State, { id, address }: PeerRecord): boolean =>
  options.noLendTo.some((name) => name === id || name === address);

/** So many requests a second from one peer, and so many at once: a wave of asks goes out every few milliseconds at most. */
const REQUESTS_PER_MS = 0.2;
const REQUESTS_BURST = 100;

function mayRequest({ requests }: State, peer: PeerRecord, now: InstantMs): boolean {
  const rate = requests.get(peer) ?? { left: REQUESTS_BURST, at: now };
  rate.left = Math.min(REQUESTS_BURST, rate.left + REQUESTS_PER_MS * (now - rate.at));
  rate.at = now;
  requests.set(peer, rate);
  if (rate.left < 1) return false;
  rate.left--;
  return true;
}

function refusalTerms(state: State, code: LendRefusal, now: InstantMs): RefusalTerms {
  const figures = figuresAt(state, now);
  return { code, retryAfterMs: retryAfterMs(code, figures), isStanding: false, ...offerWords(state, figures) };
}

function offerWords(state: State, figures: OwnFigures) {
  return {
    spare: spareWorkers(figures, room(state, figures)),
    waitMs: durationMs(Math.min(ownWaitMs(figures), Number.MAX_SAFE_INTEGER)),
  };
}

/** The borrower gives workers back, or the owner of our guests wants them back: each worker is judged by itself. */
function onRelease(state: State, conn: ConnId, remote: Endpoint, release: CommandRelease, now: InstantMs): void {
  const { from, workers, at, terms } = release;
  const peer = state.peers.senderOf(from, remote, at);
  const accepted = peer === undefined ? [] : releasedBy(state, peer, release, now);
  if (accepted.length < workers.length) {
    const refused = workers.filter((worker) => !accepted.includes(worker));
    state.outbox.notify({ kind: "order-refused", word: "COMMAND_RELEASE", remote, workers: refused });
  }
  if (peer !== undefined && terms !== undefined) peer.isOurs = true;
  state.outbox.emit({
    type: "send",
    conn,
    message: { kind: "release-ack", from: state.options.selfId, workers: accepted },
  });
}

function releasedBy(
  { care, loans }: State,
  peer: PeerRecord,
  { workers, terms }: CommandRelease,
  now: InstantMs,
): readonly NodeId[] {
  const guests = new Set(care.reclaim(peer, workers, terms?.count, now));
  // A worker is either the sender's, and a guest here, or ours, and a guest there.
  const others = workers.filter((worker) => !guests.has(worker));
  const released = terms?.count === undefined ? loans.onRelease(peer, others, terms?.leases, now) : [];
  return [...guests, ...released];
}

function onCompletedTold(state: State, remote: Endpoint, told: ReleaseCompleted, now: InstantMs): void {
  const peer = state.peers.senderOf(told.from, remote);
  if (peer !== undefined) state.care.completed(peer, told.workers, told.leases, now);
}

/** For a line that nobody answers to be taken. */
const TOLD_MS = durationMs(2_000);

function sayCompleted(
  { exchanges, options }: State,
  peer: PeerRecord,
  lease: { readonly worker: NodeId; readonly epoch: number },
  now: InstantMs,
): void {
  const message = {
    kind: "release-completed",
    from: options.selfId,
    workers: [lease.worker],
    ...(peer.isOurs ? { leases: [lease] } : {}),
  } as const;
  const ignore = { onMessage: (): "more" => "more", onEnd: (): void => {} };
  exchanges.open({ to: peer.endpoint, message, forMs: TOLD_MS, isOneWay: true, ...ignore }, now);
}

/** The worker is ours again; if it is not here, nobody knows where it is. */
function workerBack({ farm }: State, id: NodeId, now: InstantMs): void {
  for (const worker of farm.withId(id)) {
    if (worker.owner !== undefined) continue;
    worker.isBarred = false;
    if (worker.status === "lent") farm.missing(worker, now);
    else farm.review(worker);
  }
}

function greet(state: State, worker: WorkerRecord, alive: WorkerAlive, now: InstantMs): Greeting {
  const owner = worker.owner === undefined ? undefined : ownerOf(state, worker, worker.owner);
  return worker.owner === undefined
    ? greetOwn(state, worker, alive, now)
    : greetGuest(state, worker, owner, alive, now);
}

const ownerOf = ({ asks, peers }: State, worker: WorkerRecord, named: string): PeerRecord | undefined =>
  asks.promiserOf(worker.id) ?? peers.named(named);

function greetOwn(state: State, worker: WorkerRecord, { hello }: WorkerAlive, now: InstantMs): Greeting {
  const { loans, farm } = state;
  const guest = state.guests.of(worker);
  if (guest !== undefined) state.guests.remove(guest, false, "it says that it is our own", now);
  const verdict = loans.onHome(worker, hello === undefined ? undefined : (hello.epoch ?? 0), now);
  worker.isBarred = verdict.kind !== "serve";
  farm.review(worker);
  if (verdict.kind === "redirect") return { order: verdict.redirect };
  const epoch = verdict.kind === "hold" ? verdict.epoch : loans.epochOf(worker.id);
  return epoch === undefined || epoch === 0 ? {} : { epoch };
}

function greetGuest(
  state: State,
  worker: WorkerRecord,
  owner: PeerRecord | undefined,
  { hello }: WorkerAlive,
  now: InstantMs,
): Greeting {
  const { guests, farm } = state;
  const epoch = hello?.epoch;
  const known = guests.of(worker);
  if (owner === undefined) return turnAway(state, worker, now);
  if (known !== undefined && (known.epoch === epoch || epoch === undefined)) return greetAgain(state, known, now);
  // A new lease: what there was to say about the old one is of no use.
  if (known !== undefined) guests.remove(known, false, "it has a new lease", now);
  const why = whyNotHere(state, worker, owner, epoch, now);
  const guest = guests.take(worker, owner, epoch, why === undefined ? "held" : "leaving", why ?? "it has come", now);
  state.asks.arrived(worker.id, now);
  farm.review(worker);
  return greetAgain(state, guest, now);
}

function greetAgain(state: State, guest: ReturnType<Guests["take"]>, now: InstantMs): Greeting {
  const order = state.care.orderFor(guest, now);
  return { leaseMs: leaseLeftMs(guest, now), ...(order === undefined ? {} : { order }) };
}

/** Nobody that we know is its owner, so nobody could be told of it: it goes home, wherever that is. */
function turnAway({ outbox, farm }: State, worker: WorkerRecord, _now: InstantMs): Greeting {
  worker.isBarred = true;
  farm.review(worker);
  const { id, owner = "", at } = worker;
  outbox.notify({ kind: "guest-refused", worker: id, owner, remote: at, why: "its owner is none of the peers" });
  return { order: { kind: "return" } };
}

/** Why a worker that has come may not stay; `undefined` if it may. */
function whyNotHere(
  state: State,
  worker: WorkerRecord,
  owner: PeerRecord,
  epoch: number | undefined,
  now: InstantMs,
): string | undefined {
  const { guests, loans, asks, options, backlog } = state;
  if (guests.isOver(worker.id, epoch, now)) return "its lease is over";
  if (options.lending === "off") return "nobody is borrowed here";
  if (state.isDraining) return "this master is about to end";
  if ([...loans.open.values()].some(({ peer }) => peer === owner)) return "we lend to its owner";
  if (guests.all.size >= options.borrowMax) return "there are as many guests as there may be";
  const isExpected = asks.promiserOf(worker.id) !== undefined;
  return isExpected || backlog.size > 0 ? undefined : "nobody needs it";
}

function workerGone(state: State, worker: WorkerRecord, now: InstantMs): "travels" | "left" | "missed" {
  const guest = state.guests.of(worker);
  if (guest !== undefined) {
    if (guest.phase !== "leaving" || worker.attempts.size > 0) return "missed";
    state.guests.remove(guest, true, "it has gone home", now);
    return "left";
  }
  if (worker.owner !== undefined) return "left";
  const loan = state.loans.open.get(worker.id);
  if (loan === undefined || loan.redirects === 0 || worker.name !== worker.id) return "missed";
  state.loans.onGone(worker.id, now);
  return "travels";
}

function settle(state: State, now: InstantMs): void {
  state.known = undefined;
  for (const { loan, isDurable } of state.loans.takeFlushed(now)) {
    state.wants.flushed(loan, isDurable);
    if (isDurable) sendAway(state, loan, now);
  }
  if (state.guests.all.size > 0) state.care.settle(now);
}

function sendAway(state: State, loan: ReturnType<LoansOut["offer"]>, now: InstantMs): void {
  const worker = state.farm.withId(loan.worker).find(({ name, owner }) => name === loan.worker && owner === undefined);
  // One that is away for the moment, or asks for work at its own pace, is told when it is here.
  if (worker === undefined || worker.status !== "alive" || worker.style === "pull") return;
  if (worker.style !== "pull-with-port" && worker.conn === undefined) return;
  sayOrder(state, worker, state.loans.redirect(loan), now);
}

function evaluate(state: State, now: InstantMs): void {
  const { wants, guests, loans, backlog, asks } = state;
  if (backlog.ready === 0) asks.withdraw();
  if (wants.size > 0) serve(state, now);
  answerWants(state, now);
  if (backlog.ready > 0) {
    if (loans.open.size > 0) takeBack(state, now);
    if (!state.isDraining && state.options.lending !== "off") askForMore(state, now);
  } else if (guests.all.size > 0) {
    state.idleAt = state.care.lookAtIdle(() => figuresAt(state, now), now);
  }
}

function serve(state: State, now: InstantMs): void {
  const { wants, loans, farm } = state;
  const figures = figuresAt(state, now);
  const question = questionOf(state, figures);
  if (figures.idle.length === 0 || whyNotLend(figures, { ...question, isSevere: true }) !== undefined) return;
  const gifts = wants.serve({
    idle: figures.idle.map((worker) => ({ worker, slots: worker.slots })),
    spare: spareSlots(figures, { isSevere: false }),
    spareIfSevere: spareSlots(figures, { isSevere: true }),
    room: room(state, figures),
    moveMs: figures.moveMs,
  });
  for (const { want, worker } of gifts) {
    worker.isBarred = true;
    farm.review(worker);
    wants.grant(want, loans.offer(worker, want.peer, want.to, now));
  }
  state.known = undefined;
}

function answerWants(state: State, now: InstantMs): void {
  state.wants.answer(
    () => offerWords(state, figuresAt(state, now)),
    (want) => {
      const figures = figuresAt(state, now);
      const question = { ...questionOf(state, figures), isSevere: want.request.terms?.isSevere === true };
      return refusalTerms(state, whyNotLend(figures, question) ?? "LEND_RESERVE", now);
    },
  );
}

/** Own workers come before other people's. */
function takeBack(state: State, now: InstantMs): void {
  const slots = reclaimCount(figuresAt(state, now));
  if (slots < 1) return;
  state.reclaims.reclaim(slots, "own tasks wait", now);
  state.known = undefined;
}

function askForMore(state: State, now: InstantMs): void {
  const { asks, guests, options } = state;
  const taken = guests.all.size + asks.asked + asks.promises;
  asks.evaluate(() => figuresAt(state, now), Math.max(0, options.borrowMax - taken), now);
  state.known = undefined;
}

function drain(state: State, now: InstantMs): void {
  state.isDraining = true;
  state.asks.withdraw();
  for (const guest of state.guests.all.values()) guest.isWanted = true;
  state.care.settle(now);
}
