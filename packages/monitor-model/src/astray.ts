import { durationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import type { AlarmSubject } from "./tables/alarms.ts";
import { isUnreturnable, type LoanRecord, type Loans } from "./tables/loans.ts";
import type { Masters } from "./tables/masters.ts";
import { holdersOf, type WorkerRecord, type Workers } from "./tables/workers.ts";

/** What is wrong with a worker. */
export interface AstrayProblem {
  readonly about: AlarmSubject;
  readonly text: string;
}

export interface AstrayTables {
  readonly masters: Masters;
  readonly workers: Workers;
  readonly loans: Loans;
}

/**
 * Reports come when they come, so a worker that moves is named by both masters, or by neither, for an interval. After so
 * many intervals that is no move any more.
 */
const PATIENCE_INTERVALS = 3;
const PATIENCE_MIN_MS = 5_000;

/** Looks for workers on loan that nobody has, for workers that two masters have, and for those that do not come home. */
export function astrayWorkers(tables: AstrayTables, now: InstantMs): readonly AstrayProblem[] {
  const problems: AstrayProblem[] = [];
  for (const loan of tables.loans.values()) problems.push(...ofLoan(loan, tables, now));
  for (const worker of tables.workers.values()) {
    if (worker.claims.size > 1) problems.push(...ofShared(worker, tables, now));
  }
  return problems;
}

function ofLoan(loan: LoanRecord, tables: AstrayTables, now: InstantMs): readonly AstrayProblem[] {
  const { worker, lender, borrower, state } = loan;
  const about = { master: lender, subject: worker };
  const held = tables.workers.get(lender, worker);
  const isSomewhere = held !== undefined && holdersOf(held).some((master) => isFresh(tables, master));
  // Whoever does not report his workers by name cannot be missed.
  const isKnowable = [lender, borrower].every((master) => isFresh(tables, master) && isOurs(tables, master));
  loan.lostSince = isSomewhere || !isKnowable ? undefined : (loan.lostSince ?? now);
  // Its owner has waited until the end of the lease before it says so.
  const isGivenUp = state.toLowerCase() === "lost";
  const isMissed =
    loan.lostSince !== undefined && elapsed(loan.lostSince, now) > patienceMs(tables, [lender, borrower]);
  const lost = `${worker} of ${lender} is on loan to ${borrower}, and nobody has it`;
  const stubborn = `${worker} of ${lender} does not come home from ${borrower}`;
  return [
    ...(isGivenUp || isMissed ? [{ about: { kind: "WORKER_ASTRAY", ...about } as const, text: lost }] : []),
    ...(isUnreturnable(state) ? [{ about: { kind: "WORKER_UNRETURNABLE", ...about } as const, text: stubborn }] : []),
  ];
}

function ofShared(worker: WorkerRecord, tables: AstrayTables, now: InstantMs): readonly AstrayProblem[] {
  const holders = holdersOf(worker).filter((master) => isFresh(tables, master));
  const { sharedSince, id, owner } = worker;
  if (holders.length < 2 || sharedSince === undefined) return [];
  if (elapsed(sharedSince, now) <= patienceMs(tables, holders)) return [];
  const text = `${id} of ${owner} is at ${holders.join(" and at ")} at once`;
  return [{ about: { kind: "WORKER_ASTRAY", master: owner, subject: id }, text }];
}

const isFresh = ({ masters }: AstrayTables, id: string): boolean => masters.get(id)?.freshness === "fresh";
const isOurs = ({ masters }: AstrayTables, id: string): boolean => masters.get(id)?.figures.isOurs === true;

function patienceMs({ masters }: AstrayTables, ids: readonly string[]): number {
  const slowest = Math.max(...ids.map((id) => masters.get(id)?.intervalMs ?? 0));
  return durationMs(Math.max(PATIENCE_MIN_MS, PATIENCE_INTERVALS * slowest));
}
