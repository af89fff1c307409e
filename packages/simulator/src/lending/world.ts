import type { FarmChecker, FarmWorld, WorkerLife } from "../farm/world.ts";
import type { Fail } from "../stage.ts";
import type { LoanBooks } from "./oracle/loan-books.ts";
import type { LendingPlan } from "./plan.ts";

/** A run in which masters lend each other workers. */
export interface LendingWorld extends FarmWorld {
  readonly plan: LendingPlan;
  readonly loans: LoanBooks;
  /** Workers that have been away. */
  readonly travelled: ReadonlySet<WorkerLife>;
}

export type CreateLendingChecker = (world: LendingWorld, fail: Fail) => FarmChecker;
