import { durationMs, type Endpoint, elapsed, type InstantMs, type NodeId } from "@mutirao/primitives";
import type { LoanView } from "../../master-views.ts";
import type { WorkerRecord } from "../worker-record.ts";
import { doneBy, type Guest } from "./guests.ts";
import type { LendingState } from "./lending-state.ts";
import type { LoanEntry } from "./loan-log.ts";
import type { LoanOut } from "./loan-out.ts";
import type { PeerRecord } from "./peer-table.ts";

/** Which loans are wanted. */
export interface LoanQuery {
  readonly limit: number;
  /** Both if absent. */
  readonly direction?: LoanView["direction"] | undefined;
}

/** Loans as an operator sees them: the open ones first, then those that ended, the last first. */
export function loanViews(state: LendingState, { limit, direction }: LoanQuery, now: InstantMs): readonly LoanView[] {
  const live = liveFacts(state, now);
  return state.log
    .entries()
    .filter((entry) => direction === undefined || entry.direction === direction)
    .slice(0, limit)
    .map((entry) => viewOf(state, entry, live.get(entry)));
}

type LiveFacts = Pick<LoanView, "leaseLeftMs" | "tasksDone" | "isUnreturnable">;

function liveFacts({ log, guests, loans }: LendingState, now: InstantMs): ReadonlyMap<LoanEntry, LiveFacts> {
  const facts = new Map<LoanEntry, LiveFacts>();
  const note = (loan: Guest | LoanOut, told: LiveFacts): void => {
    const entry = log.entryOf(loan);
    if (entry !== undefined) facts.set(entry, told);
  };
  for (const guest of guests.all.values()) {
    const { isUnreturnable, leaseEndsAt } = guest;
    note(guest, { leaseLeftMs: leftMs(leaseEndsAt, now), tasksDone: doneBy(guest), isUnreturnable });
  }
  for (const loan of loans.open.values()) {
    // Before it is there, and once it is on its way back, nothing is renewed.
    const endsAt = loan.phase === "lent" ? loans.dueAt(loan) : undefined;
    const leaseLeftMs = endsAt === undefined ? undefined : leftMs(endsAt, now);
    note(loan, { leaseLeftMs, tasksDone: undefined, isUnreturnable: false });
  }
  return facts;
}

const leftMs = (endsAt: InstantMs, now: InstantMs) => durationMs(Math.max(0, elapsed(now, endsAt)));

function viewOf({ options, clock }: LendingState, entry: LoanEntry, live: LiveFacts | undefined): LoanView {
  const { id, direction, worker, peer, state, startedAt, endedAt, tasksDone, reason } = entry;
  const [self, other] = [options.selfId, calledAs(peer)];
  return {
    id,
    direction,
    worker,
    owner: direction === "out" ? self : other,
    borrower: direction === "out" ? other : self,
    state,
    startedAt: clock.at(startedAt),
    endedAt: endedAt === undefined ? undefined : clock.at(endedAt),
    leaseLeftMs: live?.leaseLeftMs,
    tasksDone: live?.tasksDone ?? tasksDone,
    isUnreturnable: live?.isUnreturnable ?? false,
    reason,
  };
}

const calledAs = ({ id, address }: PeerRecord): string => id ?? address;

/** What lending knows of a worker that the farm does not: whose it is, and where. */
export interface Whereabouts {
  /** Of a guest: its owner's id if it is known, else what the worker says of it. */
  readonly owner: NodeId | undefined;
  /** Of a worker of ours that is lent: where it was sent. */
  readonly at: Endpoint | undefined;
  /** It is with another master, or on its way. */
  readonly isLent: boolean;
}

export function whereabouts({ guests, loans, peers }: LendingState, worker: WorkerRecord): Whereabouts {
  const { owner, status, id } = worker;
  if (owner !== undefined) {
    const peer = guests.of(worker)?.peer ?? peers.named(owner);
    return { owner: peer?.id ?? owner, at: undefined, isLent: false };
  }
  const loan = loans.open.get(id);
  const isLent = status === "lent" || (loan !== undefined && hasLeft(worker, loan));
  return { owner: undefined, at: isLent ? loan?.to : undefined, isLent };
}

/** One that asks for each task has no connection whose end would show that it has left. */
const hasLeft = ({ id, name, conn }: WorkerRecord, { phase }: LoanOut): boolean =>
  name === id && conn === undefined && (phase === "lent" || phase === "returning");

/** Loans of workers that have never been here since this process began: the farm knows nothing of them. */
export const unseenLoans = ({ loans, farm, options }: LendingState): readonly LoanOut[] =>
  [...loans.open.values()]
    .filter(({ worker }) => farm.withId(worker).every(({ owner, name }) => owner !== undefined || name !== worker))
    .slice(0, Math.max(0, options.workersMax - farm.workers.size));
