import type { FarmChecker, FarmWorld, WorkerLife } from "../farm/world.ts";
import type { Machine } from "../network/machine.ts";
import type { Fail } from "../stage.ts";
import type { ForeignMaster } from "./foreign/foreign-master.ts";
import type { Mover } from "./foreign/mover.ts";
import type { LoanBooks } from "./oracle/loan-books.ts";
import type { LendingPlan } from "./plan.ts";

/** A run in which masters lend each other workers. */
export interface LendingWorld extends FarmWorld {
  readonly plan: LendingPlan;
  readonly loans: LoanBooks;
  readonly foreignMasters: readonly ForeignMaster[];
  readonly movers: readonly Mover[];
  /** Where somebody lives who speaks in the names of others. */
  readonly forger: Machine;
  /** How many bytes he has said, by the addresses from which he has. */
  readonly forged: Map<string, number>;
  /** Workers that have been away. */
  readonly travelled: ReadonlySet<WorkerLife>;
}

export type CreateLendingChecker = (world: LendingWorld, fail: Fail) => FarmChecker;
