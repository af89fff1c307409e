import type { MonitoredLoan } from "@mutirao/operator-api/monitor";
import type { EpochMs, InstantMs } from "@mutirao/primitives";
import { formatIsoTime, type ReportedLoan } from "@mutirao/protocol";
import { createChangedKeys } from "../changes.ts";

export interface LoanRecord {
  readonly key: string;
  readonly id: string;
  readonly worker: string;
  readonly lender: string;
  readonly borrower: string;
  /** As whoever knows best says it. */
  state: string;
  endsAt: EpochMs | undefined;
  /** Since when the state is what it is. */
  since: EpochMs;
  /** What each master said last. */
  readonly said: Map<string, Pick<ReportedLoan, "state" | "endsAt">>;
  /** Since when nobody has the worker. */
  lostSince: InstantMs | undefined;
}

/** The loans in which masters of ours say that they lend or borrow. */
export interface Loans {
  values(): Iterable<LoanRecord>;
  /** @returns those that are new, and those that are over. */
  onReport(
    master: string,
    loans: readonly ReportedLoan[],
    nowAt: EpochMs,
  ): { readonly begun: readonly LoanRecord[]; readonly over: readonly LoanRecord[] };
  forget(master: string): readonly LoanRecord[];
  all(): readonly MonitoredLoan[];
  take(): { readonly changed: readonly MonitoredLoan[]; readonly gone: readonly string[] };
}

export function createLoans(loansMax: number): Loans {
  const loans = new Map<string, LoanRecord>();
  /** What each master told of. */
  const told = new Map<string, ReadonlySet<string>>();
  const keys = createChangedKeys();

  const leave = (key: string, master: string, nowAt: EpochMs): LoanRecord | undefined => {
    const loan = loans.get(key);
    if (loan === undefined) return undefined;
    loan.said.delete(master);
    if (loan.said.size > 0) {
      settle(loan, nowAt);
      keys.changed(key);
      return undefined;
    }
    loans.delete(key);
    keys.gone(key);
    return loan;
  };

  const say = (master: string, said: ReportedLoan, nowAt: EpochMs, begun: LoanRecord[]): string | undefined => {
    const key = JSON.stringify([said.lender, said.id]);
    const known = loans.get(key);
    if (known === undefined && loans.size >= loansMax) return undefined;
    const { state, endsAt } = said;
    const loan: LoanRecord = known ?? { ...said, key, since: nowAt, said: new Map(), lostSince: undefined };
    if (known === undefined) begun.push(loan);
    const before = loan.said.get(master);
    loan.said.set(master, { state, endsAt });
    if (before?.state !== state || before.endsAt !== endsAt) {
      settle(loan, nowAt);
      loans.set(key, loan);
      keys.changed(key);
    }
    return key;
  };

  const replace = (master: string, list: readonly ReportedLoan[], nowAt: EpochMs) => {
    const begun: LoanRecord[] = [];
    const next = new Set(list.flatMap((said) => say(master, said, nowAt, begun) ?? []));
    const before = [...(told.get(master) ?? [])].filter((key) => !next.has(key));
    const over = before.flatMap((key) => leave(key, master, nowAt) ?? []);
    if (next.size > 0) told.set(master, next);
    else told.delete(master);
    return { begun, over };
  };

  return {
    values: () => loans.values(),
    onReport: replace,
    forget: (master) => replace(master, [], 0 as EpochMs).over,
    all: () => [...loans.values()].map(viewOf),
    take() {
      const { changed, gone } = keys.take();
      const views = changed.flatMap((key) => {
        const loan = loans.get(key);
        return loan === undefined ? [] : [viewOf(loan)];
      });
      return { changed: views, gone };
    },
  };
}

/**
 * Both sides tell of a loan, each in words of its own and neither at the same moment. Whose worker it is knows best how
 * the loan stands; but whether a worker goes when it is told to, only the other one sees.
 */
function settle(loan: LoanRecord, nowAt: EpochMs): void {
  const all = [...loan.said.values()];
  const best = loan.said.get(loan.lender) ?? all.at(-1);
  const told = all.find(({ state }) => isUnreturnable(state)) ?? best;
  if (told === undefined) return;
  if (loan.state !== told.state) loan.since = nowAt;
  loan.state = told.state;
  loan.endsAt = best?.endsAt ?? all.findLast(({ endsAt }) => endsAt !== undefined)?.endsAt;
}

export const isUnreturnable = (state: string): boolean => state.toLowerCase() === "unreturnable";

const viewOf = ({ key, id, worker, lender, borrower, state, endsAt, since, said }: LoanRecord): MonitoredLoan => ({
  ...{ key, id, worker, lender, borrower, state, since: formatIsoTime(since) },
  endsAt: endsAt === undefined ? null : formatIsoTime(endsAt),
  saidBy: [...said.keys()],
});
