import type { EpochMs } from "@mutirao/primitives";

/**
 * The figures that a master of ours adds to a load report. Times are in milliseconds, rates per second; what is absent
 * is not known.
 *
 * - `intervalMs`: the time to the next report;
 * - `backlogHigh`, `backlogLow`, `waitHighMs`, `waitLowMs`: where the state of the load is entered and left;
 * - `estimatedWaitMs`, `oldestWaitMs`, `waitP50Ms`, `waitP99Ms`: how long tasks wait, or have waited lately;
 * - `throughputPerS`: tasks done since the report before; `arrivalsPerS`, `serviceMs`: what comes in, and what one takes;
 * - `slots`, `busySlots`: tasks that the farm can run at once, and does;
 * - `workersOwned`, `workersLent`, `workersBorrowed`, `workersIdle`: its own that are here, its own that are elsewhere,
 *   others' that are here, and those here that run nothing.
 */
export const reportFigureNames = [
  "intervalMs",
  "backlogHigh",
  "backlogLow",
  "waitHighMs",
  "waitLowMs",
  "estimatedWaitMs",
  "oldestWaitMs",
  "waitP50Ms",
  "waitP99Ms",
  "throughputPerS",
  "arrivalsPerS",
  "serviceMs",
  "slots",
  "busySlots",
  "workersOwned",
  "workersLent",
  "workersBorrowed",
  "workersIdle",
] as const;

export type ReportFigures = { readonly [Name in (typeof reportFigureNames)[number]]?: number };

/** What a master of ours says of its load beyond the class's words. */
export interface ReportExtension {
  /** `NORMAL`, `SATURATED` or `STALLED`. */
  readonly state: string | undefined;
  /** The terms that tripped. */
  readonly causes: readonly string[];
  readonly since: EpochMs | undefined;
  /** Where its HTTP API listens: `host:port`. */
  readonly http: string | undefined;
  readonly figures: ReportFigures;
  readonly peers: readonly ReportedPeer[];
  readonly workers: readonly ReportedWorker[];
  readonly loans: readonly ReportedLoan[];
  /** The latest of its journal, the oldest first. */
  readonly notices: readonly ReportedNotice[];
}

/** Another master, as the one that reports sees it. */
export interface ReportedPeer {
  readonly id: string;
  /** `host:port`. */
  readonly at: string | undefined;
  /** `NEVER_SEEN`, `ALIVE` or `TIMEOUT`. */
  readonly status: string;
  readonly lastSeenAt: EpochMs | undefined;
}

/** A worker that is, or lately was, on the farm of the one that reports. */
export interface ReportedWorker {
  readonly id: string;
  /** `ALIVE`, `AWAY` or `TIMEOUT`. */
  readonly status: string;
  readonly slots: number | undefined;
  readonly busy: number | undefined;
  /** Whose it is, where that is another master. */
  readonly owner: string | undefined;
}

/** A loan in which the one that reports lends or borrows. */
export interface ReportedLoan {
  readonly id: string;
  readonly worker: string;
  readonly lender: string;
  readonly borrower: string;
  /** A word of the one that reports; `unreturnable` where the worker does not heed its orders. */
  readonly state: string;
  readonly endsAt: EpochMs | undefined;
}

/** An entry of its journal. */
export interface ReportedNotice {
  /** Counts up with each notice of this process. */
  readonly n: number;
  readonly at: EpochMs;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}
