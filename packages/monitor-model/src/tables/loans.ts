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
  state: string;
  endsAt: EpochMs | undefined;
  since: EpochMs;
  readonly saidBy: Set<string>;
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

  const leave = (key: string, master: string): LoanRecord | undefined => {
    const loan = loans.get(key);
    if (loan === undefined) return undefined;
    loan.saidBy.delete(master);
    if (loan.saidBy.size > 0) {
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
    const loan: LoanRecord = known ?? { ...said, key, since: nowAt, saidBy: new Set(), lostSince: undefined };
    if (known === undefined) begun.push(loan);
    if (known === undefined || loan.state !== said.state || loan.endsAt !== said.endsAt || !loan.saidBy.has(master)) {
      loan.state = said.state;
      loan.endsAt = said.endsAt;
      loan.since = nowAt;
      loan.saidBy.add(master);
      loans.set(key, loan);
      keys.changed(key);
    }
    return key;
  };

  const replace = (master: string, list: readonly ReportedLoan[], nowAt: EpochMs) => {
    const begun: LoanRecord[] = [];
    const next = new Set(list.flatMap((said) => say(master, said, nowAt, begun) ?? []));
    const before = [...(told.get(master) ?? [])].filter((key) => !next.has(key));
    const over = before.flatMap((key) => leave(key, master) ?? []);
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

const viewOf = ({ key, id, worker, lender, borrower, state, endsAt, since, saidBy }: LoanRecord): MonitoredLoan => ({
  ...{ key, id, worker, lender, borrower, state, since: formatIsoTime(since) },
  endsAt: endsAt === undefined ? null : formatIsoTime(endsAt),
  saidBy: [...saidBy],
});
