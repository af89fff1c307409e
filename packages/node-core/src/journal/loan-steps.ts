import type { JournalEntry, JournalNotice } from "./journal-entry.ts";

export type LoanNotice = Extract<JournalNotice, { readonly kind: "loan-changed" }>;
export type LoanStep = JournalEntry & { readonly notice: LoanNotice };

export const isLoanStep = (entry: JournalEntry): entry is LoanStep => entry.notice.kind === "loan-changed";

/** A loan with a master of another team has a number of ours, which begins anew with each process. */
const OWN_NUMBER = /@x\d+$/;

/**
 * The steps of the loan that this one belongs to. The id alone does not tell it: masters may give one name to workers of
 * theirs, so that a worker of ours and a guest, or the guests of two owners, have loans by the same id.
 */
export function stepsLike(last: LoanNotice, entries: readonly JournalEntry[]): readonly LoanStep[] {
  const { loan, direction, peer } = last;
  const own = entries
    .filter(isLoanStep)
    .filter(({ notice }) => notice.loan === loan && notice.direction === direction && notice.peer === peer);
  if (!OWN_NUMBER.test(loan)) return own;
  return own.slice(
    Math.max(
      0,
      own.findLastIndex(({ notice }) => notice.from === undefined),
    ),
  );
}
