import type { LoanView } from "../master-views.ts";
import { type Explanation, explanationOf, stepOf } from "./explanation.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { isLoanStep, type LoanStep, stepsLike } from "./loan-steps.ts";
import { concernsWorker } from "./matching.ts";
import { sentenceOf } from "./sentences.ts";
import { midSentence } from "./words.ts";

/**
 * Why a loan came about, and why it stands as it stands: what was asked and answered just before, each of its own steps,
 * and what happened to its worker meanwhile.
 *
 * @param loan as the master shows it; `undefined` if only the journal remembers it.
 * @returns `undefined` if nobody knows of it.
 */
export function whyLoan(
  id: string,
  loan: LoanView | undefined,
  entries: readonly JournalEntry[],
): Explanation | undefined {
  const last = entries.filter(isLoanStep).findLast(({ notice }) => isCalled(notice, id, loan?.direction));
  if (last === undefined) return loan === undefined ? undefined : explanationOf(`${shortly(loan)}.`, []);
  const own = stepsLike(last.notice, entries);
  const [first = last] = own;
  const { direction } = first.notice;
  const before = entries.filter(({ n }) => n < first.n);
  const cause = direction === "in" ? causesOfBorrowing(before, first) : causesOfLending(before, first);
  const isOpen = loan !== undefined && loan.endedAt === undefined;
  const steps = new Set<JournalEntry>(own);
  const meanwhile = entries.filter((entry) => steps.has(entry) || isMeanwhile(entry, first, last, isOpen));
  const chain = [...cause, ...meanwhile].toSorted((a, b) => a.n - b.n);
  return explanationOf(answerOf(loan, last), chain.map(stepOf));
}

/** Of the loans by one id, the one that is asked about: the one that the master shows, or else the last. */
const isCalled = ({ loan, direction }: LoanStep["notice"], id: string, shown: LoanView["direction"] | undefined) =>
  loan === id && (shown === undefined || direction === shown);

const answerOf = (loan: LoanView | undefined, last: LoanStep): string => {
  const story = midSentence(sentenceOf(last.notice));
  return loan === undefined || loan.endedAt !== undefined ? `It is over: ${story}.` : `It is ${loan.state}: ${story}.`;
};

const shortly = ({ state, reason }: LoanView): string => `It is ${state}: ${reason}`;

/** The last time that borrowing was weighed, that this owner was asked, and that it promised this worker. */
function causesOfBorrowing(
  before: readonly JournalEntry[],
  { notice: { peer, worker } }: LoanStep,
): readonly JournalEntry[] {
  const promise = before.findLast(
    ({ notice }) => notice.kind === "borrow-answered" && notice.peer === peer && concernsWorker(notice, worker),
  );
  const asked = before.findLast(
    ({ n, notice }) =>
      notice.kind === "borrow-asked" && notice.peer === peer && n < (promise?.n ?? Number.POSITIVE_INFINITY),
  );
  const until = asked?.n ?? promise?.n ?? Number.POSITIVE_INFINITY;
  const weighed = before.findLast(({ n, notice }) => notice.kind === "borrow-weighed" && n < until);
  const load = before.findLast(({ n, notice }) => notice.kind === "load-changed" && n < until);
  return [load, weighed, asked, promise].filter((entry) => entry !== undefined);
}

/** The last time that the borrower asked. */
function causesOfLending(before: readonly JournalEntry[], { notice: { peer } }: LoanStep): readonly JournalEntry[] {
  return [before.findLast(({ notice }) => notice.kind === "lend-asked" && notice.peer === peer)].filter(
    (entry) => entry !== undefined,
  );
}

function isMeanwhile({ n, notice }: JournalEntry, first: LoanStep, last: LoanStep, isOpen: boolean): boolean {
  const { worker, peer, direction } = first.notice;
  if (n < first.n || (!isOpen && n > last.n) || notice.kind === "loan-changed") return false;
  if (concernsWorker(notice, worker)) return true;
  return direction === "out" && notice.kind === "reclaim-ordered" && notice.peer === peer;
}
