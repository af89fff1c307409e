import type { DurationMs } from "@mutirao/primitives";
import { estimatedWaitMs } from "./estimated-wait.ts";
import { expectedSlots, type LendingFigures } from "./figures.ts";
import { overdueMs, reclaimAtMs } from "./parameters.ts";

/**
 * How many slots of its own workers an owner should ask back now; 0 if none.
 *
 * Lending must not hurt the lender: as soon as its own tasks wait for longer than a worker takes to come back (and than a
 * task takes), its workers are due. The threshold contains the cost of a move: without it workers only travel. And
 * no more than there are tasks that wait.
 */
export function reclaimCount(figures: LendingFigures): number {
  const { backlog, serviceMs, lent, beingReclaimed } = figures;
  if (lent <= beingReclaimed) return 0;
  const waitMs = estimatedWaitMs({ backlog, serviceMs, slots: expectedSlots(figures) });
  return waitMs > reclaimAtMs(figures) ? Math.min(lent - beingReclaimed, backlog) : 0;
}

/**
 * How many slots it should ask back if the task that waits longest has waited for so long already. The estimate is an
 * average: it knows nothing of a worker that hangs on its task. One at a time, and none while another is on its way, or has
 * just come.
 */
export function overdueCount(figures: LendingFigures, oldestWaitMs: DurationMs): number {
  const { backlog, idleOwn, lent, beingReclaimed } = figures;
  if (backlog < 1 || idleOwn > 0 || beingReclaimed > 0 || lent < 1) return 0;
  return oldestWaitMs > overdueMs(figures) ? 1 : 0;
}

/** The workers that one borrower has of ours and that were not asked back yet. */
export interface BorrowersLoans<Key> {
  readonly borrower: Key;
  /** How long its tasks wait, as it said last; `undefined` if it has not said. */
  readonly waitMs: DurationMs | undefined;
  readonly workers: number;
  /** Of all of them together. */
  readonly slots: number;
}

/**
 * From whom to take them, and how many workers from each: from those whose tasks wait shortest, since they miss them least;
 * those that have not said come last. Which of its guests a borrower lets go is its own affair: the first that has
 * nothing to finish.
 */
export function reclaimFrom<Key>(
  loans: readonly BorrowersLoans<Key>[],
  slots: number,
): readonly { readonly borrower: Key; readonly workers: number }[] {
  const taken: { borrower: Key; workers: number }[] = [];
  let left = slots;
  for (const loan of loans.toSorted((a, b) => known(a) - known(b))) {
    if (left <= 0) break;
    if (loan.workers < 1) continue;
    const slotsEach = Math.max(1, loan.slots / loan.workers);
    const workers = Math.min(loan.workers, Math.ceil(left / slotsEach));
    taken.push({ borrower: loan.borrower, workers });
    left -= workers * slotsEach;
  }
  return taken;
}

/** Finite, since the difference of two infinities is no number. */
const known = ({ waitMs }: BorrowersLoans<unknown>): number =>
  waitMs === undefined ? Number.MAX_VALUE : Math.min(waitMs, Number.MAX_VALUE / 2);
