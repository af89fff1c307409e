import {
  after,
  assert,
  createBoundedMap,
  createDeadlineQueue,
  type DurationMs,
  durationMs,
  type Endpoint,
  elapsed,
  type InstantMs,
  type NodeId,
} from "@mutirao/primitives";
import type { LeaseRef, Redirect } from "@mutirao/protocol";
import type { LeaseRecord } from "@mutirao/task-store";
import type { WallClock } from "../wall-clock.ts";
import type { WorkerRecord } from "../worker-record.ts";
import { epochsOf } from "./lease-epochs.ts";
import type { LoanLog } from "./loan-log.ts";
import {
  createLoan,
  type HomeVerdict,
  handOnReclaim,
  type Leases,
  type LoanOut,
  patienceMs,
  redirectTo,
} from "./loan-out.ts";
import { orderPortOf } from "./orders.ts";
import type { PeerRecord, PeerTable } from "./peer-table.ts";

/** What a master has lent, and the number of each of its workers' last lease. */
export interface LoansOut {
  readonly open: ReadonlyMap<NodeId, LoanOut>;
  epochOf(worker: NodeId): number;
  /** Who has workers of ours, or is about to; of those that are lost nothing is expected. */
  borrowers(): ReadonlySet<PeerRecord>;
  recover(leases: readonly LeaseRecord[], now: InstantMs): void;
  /** Promises a worker to a peer. The lease is on its way to the store; see `takeFlushed`. */
  offer(worker: WorkerRecord, peer: PeerRecord, to: Endpoint, now: InstantMs): LoanOut;
  /** Loans of whose lease the store has said, since the last time, whether it is durable. Those that are offered now may be told of. */
  takeFlushed(now: InstantMs): readonly LoanOut[];
  /** The lease may be told: REDIRECT, to be said now or at the next ALIVE. */
  redirect(loan: LoanOut, now: InstantMs): Redirect;
  /** A worker of ours is here, and has seen this epoch (if it tells: those of the class do not). */
  onHome(worker: WorkerRecord, epoch: number | undefined, now: InstantMs): HomeVerdict;
  /** Its connection ended after it was redirected: it is on its way. */
  onGone(worker: NodeId, now: InstantMs): void;
  /** The peer gives workers back. Gives those that it may. */
  onRelease(
    peer: PeerRecord,
    workers: readonly NodeId[],
    leases: readonly LeaseRef[] | undefined,
    now: InstantMs,
  ): readonly NodeId[];
  /** The peer names its guests: renews their leases. Gives those that it is to let go. */
  onGuests(peer: PeerRecord, guests: readonly LeaseRef[], now: InstantMs): readonly LeaseRef[];
  /** When it is cancelled or lost if nothing is heard of it until then. */
  dueAt(loan: LoanOut): InstantMs | undefined;
  /** This process was stalled: silence until now was its own. */
  onResumed(now: InstantMs): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface LoansOutOptions extends Leases {
  readonly graceMs: DurationMs;
  /** How a worker of ours names us while it is with this peer. */
  readonly homeName: (peer: PeerRecord) => string;
  readonly loansMax: number;
}

export interface LoansOutTools {
  readonly clock: WallClock;
  readonly peers: PeerTable;
  readonly log: LoanLog;
  /** No worker is sent to a peer that does not answer: another team's may never find its way back. */
  readonly isAlive: (peer: PeerRecord) => boolean;
  /** Writes a lease down; `whenKnown` is called once the store has answered. */
  readonly keep: (lease: LeaseRecord, whenKnown: (isDurable: boolean) => void) => void;
  /** It has one connection for life, and has said something on it here since then. */
  readonly isHere: (worker: NodeId, since: InstantMs) => boolean;
  /** The worker is home, and may be given tasks again if it is here. */
  readonly onBack: (worker: NodeId, now: InstantMs) => void;
  /** Another team's master has had it for as long as it may. */
  readonly onOverdue: (loan: LoanOut, now: InstantMs) => void;
  /** It has not come, and is to be told at its own port to come home. */
  readonly onLate: (worker: NodeId, listensAt: Endpoint, now: InstantMs) => void;
  /** The peer is to be told that its guest is home. */
  readonly onCompleted: (peer: PeerRecord, lease: LeaseRef, now: InstantMs) => void;
}

/** A worker that is told to go and polls all the same does not understand us. */
const REDIRECTS_MAX = 2;
/** For an order to be taken by a worker that listens. */
const TOLD_MS = durationMs(2_000);

interface State extends LoansOutTools {
  readonly options: LoansOutOptions;
  readonly open: Map<NodeId, LoanOut>;
  readonly epochs: ReturnType<typeof createBoundedMap<NodeId, number>>;
  readonly due: ReturnType<typeof createDeadlineQueue<LoanOut>>;
  flushed: { loan: LoanOut; isDurable: boolean }[];
}

export function createLoansOut(options: LoansOutOptions, tools: LoansOutTools): LoansOut {
  const state: State = {
    ...tools,
    options,
    open: new Map(),
    epochs: createBoundedMap(options.loansMax),
    due: createDeadlineQueue(),
    flushed: [],
  };
  return {
    open: state.open,
    epochOf: (worker) => epochOf(state, worker),
    borrowers: () => new Set([...state.open.values()].flatMap(({ phase, peer }) => (phase === "lost" ? [] : [peer]))),
    recover: (leases, now) => recover(state, leases, now),
    offer: (worker, peer, to, now) => offer(state, worker, peer, to, now),
    takeFlushed: (now) => takeFlushed(state, now),
    redirect: (loan, now) => redirectOf(state, loan, now),
    onHome: (worker, epoch, now) => atHome(state, worker, epoch, now),
    onGone(worker, now) {
      const loan = state.open.get(worker);
      if (loan?.phase === "offered" && loan.redirects > 0) lend(state, loan, "it has left for the borrower", now);
    },
    onRelease: (peer, workers, leases, now) => release(state, peer, workers, leases, now),
    onGuests: (peer, guests, now) => renew(state, peer, guests, now),
    dueAt: (loan) => state.due.deadlineOf(loan),
    onResumed(now) {
      for (const loan of state.open.values()) if (state.due.deadlineOf(loan) !== undefined) expect(state, loan, now);
    },
    wake: (now) => wake(state, now),
    nextDeadline: () => state.due.nextDeadline(),
  };
}

const NONE_FLUSHED: readonly LoanOut[] = [];

function takeFlushed(state: State, now: InstantMs): readonly LoanOut[] {
  if (state.flushed.length === 0) return NONE_FLUSHED;
  const { flushed } = state;
  state.flushed = [];
  for (const { loan, isDurable } of flushed) {
    // Nothing of it has left this process; the number is spent all the same.
    if (!isDurable) close(state, loan, "the store could not keep it", now);
    else if (loan.reclaimedAt !== undefined) keepHere(state, loan, now);
    else {
      loan.phase = "offered";
      expect(state, loan, now);
      state.log.changed(loan, "offered", "the lease is durable", now);
    }
  }
  return flushed.map(({ loan }) => loan);
}

/** It is wanted back before it has gone. */
function keepHere(state: State, loan: LoanOut, now: InstantMs): void {
  cancel(state, loan.worker, loan.epoch, now);
  close(state, loan, "it is wanted here, and has not gone", now);
}

const epochOf = ({ epochs }: State, worker: NodeId): number => epochs.get(worker) ?? 0;

/** What was lent when we last ran is lent still, as far as we know; the borrower's beats or the worker itself will tell. */
function recover(state: State, leases: readonly LeaseRecord[], now: InstantMs): void {
  for (const { worker, epoch, borrower } of leases) {
    state.epochs.set(worker, epoch);
    const peer = borrower === undefined ? undefined : state.peers.at(borrower.peer);
    if (borrower === undefined) continue;
    if (peer === undefined) {
      // The borrower is no peer any more: nothing will be heard of it, so the number is spent and the worker is home.
      cancel(state, worker, epoch, now);
      continue;
    }
    peer.id ??= borrower.id;
    // Until it says otherwise it is what it was; else a loan of which nothing is heard would last as long as one to another team.
    if (!borrower.isForeign) peer.isOurs = true;
    const loan = createLoan(worker, epoch, peer, borrower.to, now, {
      slots: 1,
      isSession: undefined,
      listensAt: undefined,
    });
    loan.phase = "lent";
    loan.redirects = 1;
    state.open.set(worker, loan);
    expect(state, loan, now);
    opened(state, loan, "lent", "it was lent before this master began anew", now);
  }
}

function opened({ log }: State, loan: LoanOut, phase: LoanOut["phase"], reason: string, now: InstantMs): void {
  const { worker, peer, epoch } = loan;
  log.opened(loan, { direction: "out", worker, peer, epoch, state: phase, reason }, now);
}

/** From now on there is so much time for the next sign of the worker. */
function expect(state: State, loan: LoanOut, now: InstantMs): void {
  state.due.schedule(loan, after(now, patienceMs(loan, state.options)));
}

function offer(state: State, worker: WorkerRecord, peer: PeerRecord, to: Endpoint, now: InstantMs): LoanOut {
  assert(!state.open.has(worker.id), "a worker has one open lease");
  const epoch = epochOf(state, worker.id) + 1;
  const loan = createLoan(worker.id, epoch, peer, to, now, {
    slots: worker.slots,
    isSession: worker.style === "session",
    listensAt: orderPortOf(worker),
  });
  state.open.set(worker.id, loan);
  state.epochs.set(worker.id, epoch);
  const borrower = { peer: peer.address, id: peer.id, to, isForeign: !peer.isOurs };
  state.keep({ worker: worker.id, epoch, borrower, changedAt: state.clock.at(now) }, (isDurable) => {
    state.flushed.push({ loan, isDurable });
  });
  opened(state, loan, "flushing", "its lease is on the way to the disk", now);
  return loan;
}

function redirectOf({ options }: State, loan: LoanOut, now: InstantMs): Redirect {
  loan.redirects++;
  loan.redirectedAt = now;
  return redirectTo(loan, options.homeName(loan.peer), options);
}

/** From now on the worker is the borrower's, for as long as the lease lasts. */
function lend(state: State, loan: LoanOut, why: string, now: InstantMs): void {
  loan.phase = "lent";
  expect(state, loan, now);
  state.log.changed(loan, "lent", why, now);
}

const SERVE: HomeVerdict = { kind: "serve" };

function atHome(state: State, worker: WorkerRecord, epoch: number | undefined, now: InstantMs): HomeVerdict {
  const loan = state.open.get(worker.id);
  if (loan === undefined) {
    adopt(state, worker.id, epoch, now);
    return SERVE;
  }
  switch (loan.phase) {
    case "flushing":
      return { kind: "hold", epoch: undefined };
    case "offered":
    case "lent":
      if (loan.phase === "offered" && loan.reclaimedAt !== undefined && loan.redirects === 0) {
        keepHere(state, loan, now);
        return SERVE;
      }
      return epoch === undefined ? classAtHome(state, worker, loan, now) : sessionAtHome(state, loan, epoch, now);
    case "returning":
      // An older epoch is a line from before it left, or it has forgotten: a live worker says again that it is here.
      if (epoch !== undefined && epoch < loan.epoch) return { kind: "hold", epoch: loan.epoch };
      comeHome(state, loan, "it is back", now);
      return SERVE;
    case "lost":
      cancel(state, loan.worker, loan.epoch, now);
      close(state, loan, "it was lost, and is back", now);
      return SERVE;
  }
}

/** A worker that has seen a later lease than we know of: our store is older than its memory. */
function adopt(state: State, worker: NodeId, epoch: number | undefined, now: InstantMs): void {
  if (epoch === undefined || epoch <= epochOf(state, worker)) return;
  state.epochs.set(worker, epoch);
  state.keep({ worker, epoch, borrower: undefined, changedAt: state.clock.at(now) }, () => {});
}

function sessionAtHome(state: State, loan: LoanOut, epoch: number, now: InstantMs): HomeVerdict {
  if (epoch >= loan.epoch) {
    comeHome(state, loan, "it came back by itself", now);
    return SERVE;
  }
  return { kind: "redirect", redirect: redirectOf(state, loan, now) };
}

/** It tells no epoch: one that was sent away twice and polls on did not understand, or has come back. */
function classAtHome(state: State, { style }: WorkerRecord, loan: LoanOut, now: InstantMs): HomeVerdict {
  const { phase, redirectedAt } = loan;
  // One that listens takes its order beside its polls, and may have asked just before.
  const isToldJustNow = redirectedAt !== undefined && elapsed(redirectedAt, now) < TOLD_MS;
  if (phase === "offered" && style === "pull-with-port" && isToldJustNow) return { kind: "hold", epoch: undefined };
  if (phase === "offered" && loan.redirects < REDIRECTS_MAX && state.isAlive(loan.peer)) {
    return { kind: "redirect", redirect: redirectOf(state, loan, now) };
  }
  if (phase === "offered") cancel(state, loan.worker, loan.epoch, now);
  comeHome(state, loan, phase === "offered" ? "it did not go" : "it came back by itself", now);
  return SERVE;
}

/** The number is spent: whatever still says it is old. */
function cancel(state: State, worker: NodeId, epoch: number, now: InstantMs): void {
  const next = Math.max(epoch, epochOf(state, worker)) + 1;
  state.epochs.set(worker, next);
  state.keep({ worker, epoch: next, borrower: undefined, changedAt: state.clock.at(now) }, () => {});
}

function comeHome(state: State, loan: LoanOut, why: string, now: InstantMs): void {
  const { worker, epoch, peer } = loan;
  if (epochOf(state, worker) === epoch) {
    state.keep({ worker, epoch, borrower: undefined, changedAt: state.clock.at(now) }, () => {});
  }
  handOnReclaim(state.open.values(), loan);
  close(state, loan, why, now);
  state.onCompleted(peer, { worker, epoch }, now);
}

function close(state: State, loan: LoanOut, why: string, now: InstantMs): void {
  if (state.open.get(loan.worker) === loan) state.open.delete(loan.worker);
  state.due.cancel(loan);
  state.log.closed(loan, why, now);
  state.onBack(loan.worker, now);
}

function release(
  state: State,
  peer: PeerRecord,
  workers: readonly NodeId[],
  leases: readonly LeaseRef[] | undefined,
  now: InstantMs,
): readonly NodeId[] {
  const epochs = epochsOf(leases);
  const accepted: NodeId[] = [];
  for (const worker of workers) {
    const loan = state.open.get(worker);
    // What is not lent, or not any more, may be given back as often as the peer likes; another's guest may not.
    if (loan !== undefined && loan.peer !== peer) continue;
    accepted.push(worker);
    const told = epochs.get(worker);
    if (loan === undefined || (told !== undefined && told !== loan.epoch)) continue;
    if (loan.phase !== "lent" && loan.phase !== "offered") continue;
    loan.releasedAt = now;
    loan.phase = "returning";
    expect(state, loan, now);
    state.log.changed(loan, "returning", "the borrower gives it back", now);
  }
  return accepted;
}

function renew(state: State, peer: PeerRecord, guests: readonly LeaseRef[], now: InstantMs): readonly LeaseRef[] {
  const wanted: LeaseRef[] = [];
  for (const guest of guests) {
    const loan = state.open.get(guest.worker);
    const isCurrent = loan !== undefined && loan.peer === peer && loan.epoch === guest.epoch;
    if (!isCurrent || loan.phase === "flushing" || loan.phase === "returning") {
      wanted.push(guest);
      continue;
    }
    // One that is wanted back is let go when its task has ended: until then, this is a sign of it.
    if (loan.reclaimedAt !== undefined) wanted.push(guest);
    if (loan.phase === "lent") expect(state, loan, now);
    else if (loan.phase === "offered") lend(state, loan, "the borrower has it", now);
    else if (loan.phase === "lost") lend(state, loan, "the borrower has it after all", now);
  }
  return wanted;
}

function wake(state: State, now: InstantMs): void {
  for (let loan = state.due.takeDue(now); loan !== undefined; loan = state.due.takeDue(now)) {
    const { phase, redirectedAt } = loan;
    if (phase === "offered" && redirectedAt !== undefined && state.isHere(loan.worker, after(redirectedAt, TOLD_MS))) {
      cancel(state, loan.worker, loan.epoch, now);
      comeHome(state, loan, "it did not go", now);
    } else if (loan.phase === "offered" && !loan.isSession && loan.redirects > 0) {
      // It would have asked again. Where it is now neither it nor a master of another team will tell.
      lend(state, loan, "it has not asked for work since it was told to go", now);
    } else if (loan.phase === "offered") {
      cancel(state, loan.worker, loan.epoch, now);
      close(state, loan, "it was not seen at the borrower in time", now);
    } else if (loan.phase === "lost") {
      cancel(state, loan.worker, loan.epoch, now);
      close(state, loan, "it was never seen again", now);
    } else if (loan.phase === "lent" && !loan.peer.isOurs && loan.reclaimedAt === undefined) {
      // Another team's master knows of no lease: it is told once, and has the time that such a move takes there.
      state.onOverdue(loan, now);
      expect(state, loan, now);
    } else if (loan.phase === "returning" && loan.listensAt !== undefined && !loan.isRecalled) {
      loan.isRecalled = true;
      state.onLate(loan.worker, loan.listensAt, now);
      expect(state, loan, now);
      state.log.changed(loan, "returning", "it had not come, and was told at its own port to come home", now);
    } else if (loan.phase === "lent" || loan.phase === "returning") {
      // No other word from here reaches it: its borrower may be gone for good.
      if (loan.listensAt !== undefined) state.onLate(loan.worker, loan.listensAt, now);
      loan.phase = "lost";
      expect(state, loan, now);
      state.log.changed(loan, "lost", "nothing was heard of it until the end of its lease", now);
    }
  }
}
