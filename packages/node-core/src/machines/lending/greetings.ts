import { type DurationMs, type InstantMs, type NodeId, nodeId, parseEndpoint } from "@mutirao/primitives";
import type { Redirect, Return, WorkerAlive } from "@mutirao/protocol";
import type { WorkerRecord } from "../worker-record.ts";
import type { Guest } from "./guests.ts";
import type { LendingState } from "./lending-state.ts";
import { sayOrder } from "./orders.ts";
import type { PeerRecord } from "./peer-table.ts";
import { leaseLeftMs } from "./peer-talk.ts";

/** What follows from a worker's ALIVE. */
export interface Greeting {
  /** To be said with the welcome. */
  readonly epoch?: number;
  readonly leaseMs?: DurationMs;
  /** To be said after it (to a pull worker, instead of a task). */
  readonly order?: Redirect | Return;
}

/** A worker says that it is here: is it given tasks, and what is it told? */
export function greet(state: LendingState, worker: WorkerRecord, alive: WorkerAlive, now: InstantMs): Greeting {
  if (worker.owner !== undefined && meansUs(state, worker.owner)) worker.owner = undefined;
  worker.owner ??= unnamedOwner(state, worker, alive);
  const owner = worker.owner === undefined ? undefined : ownerOf(state, worker, worker.owner);
  // That a worker asks for work where it is at home, and stays, is no part of the conversation.
  const isOfLoan = worker.owner === undefined ? state.loans.open.has(worker.id) : state.guests.of(worker) === undefined;
  if (isOfLoan) state.conversation.received(worker.name, alive);
  const greeting =
    worker.owner === undefined ? greetOwn(state, worker, alive, now) : greetGuest(state, worker, owner, alive, now);
  if (greeting.order !== undefined) state.conversation.sent(worker.name, greeting.order);
  return greeting;
}

/**
 * Some workers say whose they are wherever they are, and not by an id: this node goes by its `ip:port`, by that of its
 * push port and by its `ip` as well, as far as none of the peers does.
 */
function meansUs({ options, listening, peers }: LendingState, named: string): boolean {
  const told = parseEndpoint(named);
  return [options.connectAt, listening].some((home) => {
    if (home === undefined) return false;
    if ("problem" in told) return home.host === named && peers.named(named) === undefined;
    if (home.host !== told.host) return false;
    return home.port === told.port || (home.port + 1 === told.port && peers.named(named) === undefined);
  });
}

/**
 * Some workers of the class do not say whose they are while they are away. One that a peer has promised is its, unless
 * it was here before as ours: teams give the same names to their workers.
 */
function unnamedOwner(
  { asks, guests, own }: LendingState,
  worker: WorkerRecord,
  { hello, owner }: WorkerAlive,
): NodeId | undefined {
  if (hello !== undefined || owner !== undefined) return undefined;
  const peer = guests.of(worker)?.peer ?? (own.has(worker) ? undefined : asks.promiserOf(worker.id));
  return peer === undefined ? undefined : (peer.id ?? nodeId(peer.address));
}

const ownerOf = ({ asks, peers }: LendingState, worker: WorkerRecord, named: string): PeerRecord | undefined =>
  asks.promiserOf(worker.id) ?? peers.named(named);

function greetOwn(state: LendingState, worker: WorkerRecord, { hello }: WorkerAlive, now: InstantMs): Greeting {
  const { loans, farm } = state;
  const guest = state.guests.of(worker);
  state.own.add(worker);
  if (guest !== undefined) state.guests.remove(guest, false, "it says that it is our own", now);
  if (isTwin(state, worker)) return {};
  const verdict = loans.onHome(worker, hello === undefined ? undefined : (hello.epoch ?? 0), now);
  worker.isBarred = verdict.kind !== "serve";
  farm.review(worker);
  if (verdict.kind === "redirect") {
    if (worker.style !== "pull-with-port") return { order: verdict.redirect };
    sayOrder(state, worker, verdict.redirect, now);
    return {};
  }
  const epoch = verdict.kind === "hold" ? verdict.epoch : loans.epochOf(worker.id);
  return epoch === undefined || epoch === 0 ? {} : { epoch };
}

/** Leases are per instance: somebody else who goes by the id of a worker that is away proves nothing of it. */
function isTwin({ loans }: LendingState, { id, name, style }: WorkerRecord): boolean {
  const isSession = loans.open.get(id)?.isSession;
  return name !== id || (isSession !== undefined && isSession !== (style === "session"));
}

function greetGuest(
  state: LendingState,
  worker: WorkerRecord,
  owner: PeerRecord | undefined,
  { hello }: WorkerAlive,
  now: InstantMs,
): Greeting {
  const { guests, farm } = state;
  const epoch = hello?.epoch;
  const known = guests.of(worker);
  if (owner === undefined) return turnAway(state, worker);
  const isSame =
    known !== undefined && (known.epoch === epoch || epoch === undefined) && !isLentAgain(state, known, epoch);
  if (isSame) return greetAgain(state, known, now);
  // A new lease: what there was to say about the old one is of no use.
  if (known !== undefined) guests.remove(known, false, "it has a new lease", now);
  const why = whyNotHere(state, worker, owner, epoch, now);
  const guest = guests.take(worker, owner, epoch, why === undefined ? "held" : "leaving", why ?? "it has come", now);
  state.asks.arrived(worker.id, now);
  farm.review(worker);
  return greetAgain(state, guest, now);
}

/** Without a number of its lease, one that was to go home is known by the promise of it: it was there, and comes anew. */
const isLentAgain = ({ asks }: LendingState, { phase, peer, worker }: Guest, epoch: number | undefined): boolean =>
  epoch === undefined && phase === "leaving" && asks.promiserOf(worker.id) === peer;

function greetAgain(state: LendingState, guest: Guest, now: InstantMs): Greeting {
  const order = state.care.orderFor(guest, now);
  return { leaseMs: leaseLeftMs(guest, now), ...(order === undefined ? {} : { order }) };
}

/** Nobody that we know is its owner, so nobody could be told of it: it goes home, wherever that is. */
function turnAway(state: LendingState, worker: WorkerRecord): Greeting {
  const { outbox, farm } = state;
  worker.isBarred = true;
  farm.review(worker);
  const { id, owner = "", at } = worker;
  outbox.notify({ kind: "guest-refused", worker: id, owner, remote: at, why: "its owner is none of the peers" });
  return { order: wayHome(state, worker.owner) };
}

/**
 * What a worker is told that cannot stay: its owner's address as the worker says it, or as we know it; ours, if it is
 * ours.
 */
export function wayHome({ options, listening, peers }: LendingState, owner: NodeId | undefined): Return {
  const told = owner === undefined ? undefined : parseEndpoint(owner);
  const known = owner === undefined ? (options.connectAt ?? listening) : peers.named(owner)?.endpoint;
  const to = told === undefined || "problem" in told ? known : told;
  return { kind: "return", ...(to === undefined ? {} : { to }) };
}

/** Why a worker that has come may not stay; `undefined` if it may. */
function whyNotHere(
  state: LendingState,
  worker: WorkerRecord,
  owner: PeerRecord,
  epoch: number | undefined,
  now: InstantMs,
): string | undefined {
  const { guests, loans, asks, options, backlog } = state;
  if (guests.isOver(worker.id, epoch, now)) return "its lease is over";
  if (options.lending === "off") return "nobody is borrowed here";
  if (state.isDraining) return "this master is about to end";
  // Of one that is lost nothing is expected: its borrower is asked for workers, and those that it sends have to be welcome.
  if (loans.borrowers().has(owner)) return "we lend to its owner";
  if (guests.all.size >= options.borrowMax) return "there are as many guests as there may be";
  // It may be quicker than the answer that promises it.
  const isExpected = asks.promiserOf(worker.id) !== undefined || asks.isAsking(owner);
  return isExpected || backlog.size > 0 ? undefined : "nobody needs it";
}

/** Its connection has ended: is it on its way to somewhere? */
export function workerGone(state: LendingState, worker: WorkerRecord, now: InstantMs): "travels" | "left" | "missed" {
  const guest = state.guests.of(worker);
  if (guest !== undefined) {
    if (guest.phase !== "leaving" || worker.attempts.size > 0) return "missed";
    state.guests.remove(guest, true, "it has gone home", now);
    return "left";
  }
  // One that was turned away may have brought a task, and somebody has to miss it.
  if (worker.owner !== undefined) return worker.attempts.size > 0 ? "missed" : "left";
  const loan = state.loans.open.get(worker.id);
  if (loan === undefined || loan.redirects === 0 || worker.name !== worker.id) return "missed";
  state.loans.onGone(worker.id, now);
  return "travels";
}

/** The worker is ours again; if it is not here, nobody knows where it is. */
export function workerBack({ farm }: LendingState, id: NodeId, now: InstantMs): void {
  for (const worker of farm.withId(id)) {
    if (worker.owner !== undefined) continue;
    worker.isBarred = false;
    if (worker.status === "lent") farm.missing(worker, now);
    else farm.review(worker);
  }
  farm.unlent(id);
}
