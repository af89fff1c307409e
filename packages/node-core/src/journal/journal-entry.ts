import type { EpochMs, NodeId } from "@mutirao/primitives";
import type { Notice } from "../notices.ts";

/** What belongs in the journal: decisions, and what they follow from. */
const kinds = [
  "load-changed",
  "peer-transitioned",
  "borrow-weighed",
  "borrow-asked",
  "borrow-answered",
  "borrow-unanswered",
  "promise-broken",
  "lend-asked",
  "reclaim-ordered",
  "loan-changed",
  "guest-refused",
  "guest-unreturnable",
  "order-refused",
  "attempt-failed",
] as const satisfies readonly Notice["kind"][];

const known: ReadonlySet<string> = new Set(kinds);

export const isJournalKind = (kind: string): boolean => known.has(kind);

export type JournalNotice = Extract<Notice, { readonly kind: (typeof kinds)[number] }>;

/** One decision, and when. */
export interface JournalEntry {
  /** Counts up, also across restarts. */
  readonly n: number;
  readonly at: EpochMs;
  readonly notice: JournalNotice;
}

/** Decides which notices are kept. */
export interface JournalGate {
  takes(notice: Notice, at: EpochMs): notice is JournalNotice;
}

/** What anybody on the network can cause is kept so often a minute at most, of each kind: the journal is bounded, too. */
const STRANGERS_PER_MINUTE_MAX = 10;
const MINUTE_MS = 60_000;

export function createJournalGate(): JournalGate {
  const guests = new Set<NodeId>();
  const told = new Map<string, { readonly minute: number; count: number }>();

  const isRationed = (kind: string, at: EpochMs): boolean => {
    const minute = Math.floor(at / MINUTE_MS);
    const before = told.get(kind);
    const now = before?.minute === minute ? before : { minute, count: 0 };
    told.set(kind, now);
    return ++now.count > STRANGERS_PER_MINUTE_MAX;
  };

  return {
    takes(notice, at): notice is JournalNotice {
      if (!isJournalKind(notice.kind)) return false;
      if (notice.kind === "loan-changed" && notice.direction === "in") {
        if (notice.to === "left") guests.delete(notice.worker);
        else guests.add(notice.worker);
      }
      // Of tasks, only what borrowed workers did to them.
      if (notice.kind === "attempt-failed") return guests.has(notice.worker);
      return !(isStrangers(notice) && isRationed(notice.kind, at));
    },
  };
}

const isStrangers = (notice: Notice): boolean =>
  (notice.kind === "lend-asked" && notice.peer === undefined) ||
  notice.kind === "guest-refused" ||
  notice.kind === "order-refused";
