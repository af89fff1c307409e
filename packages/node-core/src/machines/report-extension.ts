import {
  after,
  type DurationMs,
  type Endpoint,
  type EpochMs,
  formatEndpoint,
  type InstantMs,
} from "@mutirao/primitives";
import type { ReportExtension, ReportedLoan, ReportedPeer, ReportedWorker, ReportFigures } from "@mutirao/protocol";
import type { RegistryEntry } from "@mutirao/registry";
import type { LoadView, LoanView } from "../master-views.ts";
import type { Farm } from "./farm.ts";
import type { Lending } from "./lending/lending.ts";
import type { LoanOut } from "./lending/loan-out.ts";
import type { Whereabouts } from "./lending/loan-views.ts";
import type { Load } from "./load.ts";
import { statusWords } from "./master-view.ts";
import type { RecentNotices } from "./recent-notices.ts";
import type { SinceReport } from "./since-report.ts";
import type { WallClock } from "./wall-clock.ts";
import { isPresent, type WorkerRecord } from "./worker-record.ts";

/** What a report says is read off these. */
export interface ExtensionSources {
  readonly marks: {
    readonly monitorIntervalMs: DurationMs;
    readonly backlogHigh: number;
    readonly backlogLow: number;
    readonly waitHighMs: DurationMs | undefined;
    readonly waitLowMs: DurationMs | undefined;
  };
  readonly http: Endpoint | undefined;
  readonly clock: WallClock;
  readonly farm: Farm;
  readonly load: Load;
  readonly lending: Pick<Lending, "loans" | "whereabouts" | "unseen" | "figures">;
  readonly peers: () => readonly RegistryEntry[];
  readonly since: SinceReport;
  readonly notices: RecentNotices;
}

/** Open loans in a report; what does not fit into its line is left out there. */
const LOANS_MAX = 256;

/** What a master of ours says beyond the class's words. What it counts since the report before begins anew. */
export function extensionOf(sources: ExtensionSources, now: InstantMs): ReportExtension {
  const { farm, lending, http, notices, since } = sources;
  const load = sources.load.view(now);
  return {
    state: load.state,
    causes: load.causes,
    since: load.since,
    http: http === undefined ? undefined : formatEndpoint(http),
    figures: {
      ...marksOf(sources.marks),
      ...loadFigures(load),
      ...workerCounts(sources, now),
      ...since.take(now),
    },
    peers: sources.peers().flatMap((entry) => peerOf(sources, entry)),
    workers: [
      ...[...farm.workers.values()].map((worker) => workerOf(worker, lending.whereabouts(worker))),
      ...lending.unseen().map(lentWorkerOf),
    ],
    loans: openLoans(sources, now),
    notices: notices.latest(),
  };
}

const marksOf = ({
  monitorIntervalMs,
  backlogHigh,
  backlogLow,
  ...marks
}: ExtensionSources["marks"]): ReportFigures => ({
  intervalMs: monitorIntervalMs,
  backlogHigh,
  backlogLow,
  ...(marks.waitHighMs === undefined ? {} : { waitHighMs: marks.waitHighMs }),
  ...(marks.waitLowMs === undefined ? {} : { waitLowMs: marks.waitLowMs }),
});

const loadFigures = (load: LoadView): ReportFigures => ({
  ...(load.estimatedWaitMs === undefined ? {} : { estimatedWaitMs: load.estimatedWaitMs }),
  oldestWaitMs: load.oldestWaitMs,
  arrivalsPerS: load.arrivalsPerS,
  ...(load.serviceMs === undefined ? {} : { serviceMs: load.serviceMs }),
  slots: load.slots,
  busySlots: load.busySlots,
  workersIdle: load.idleWorkers,
});

function workerCounts({ farm, lending }: ExtensionSources, now: InstantMs): ReportFigures {
  // One that is lent may still be known here, with a record of its own.
  const here = [...farm.workers.values()].filter((worker) => isPresent(worker) && !lending.whereabouts(worker).isLent);
  const workersLent = lending.figures(now).lentWorkers;
  const workersBorrowed = here.filter(({ owner }) => owner !== undefined).length;
  return { workersOwned: here.length - workersBorrowed, workersLent, workersBorrowed };
}

function peerOf(
  { clock }: ExtensionSources,
  { serverId, endpoint, status, lastSeenAt }: RegistryEntry,
): readonly ReportedPeer[] {
  if (serverId === undefined) return [];
  const seenAt = lastSeenAt === undefined ? undefined : clock.at(lastSeenAt);
  return [{ id: serverId, at: formatEndpoint(endpoint), status, lastSeenAt: seenAt }];
}

const workerOf = ({ name, status, slots, attempts }: WorkerRecord, { owner, isLent }: Whereabouts): ReportedWorker => ({
  id: name,
  status: isLent ? statusWords.lent : statusWords[status],
  slots,
  busy: attempts.size,
  owner,
});

function openLoans({ lending, clock }: ExtensionSources, now: InstantMs): readonly ReportedLoan[] {
  const loans = lending.loans({ limit: LOANS_MAX }, now);
  return loans.filter(({ endedAt }) => endedAt === undefined).map((loan) => loanOf(loan, clock, now));
}

function loanOf({ leaseLeftMs, owner, ...loan }: LoanView, clock: WallClock, now: InstantMs): ReportedLoan {
  const { id, worker, borrower, isUnreturnable } = loan;
  const state = isUnreturnable ? "unreturnable" : loan.state;
  const endsAt: EpochMs | undefined = leaseLeftMs === undefined ? undefined : clock.at(after(now, leaseLeftMs));
  return { id, worker, lender: owner, borrower, state, endsAt };
}

const lentWorkerOf = ({ worker, slots }: LoanOut): ReportedWorker => ({
  id: worker,
  status: statusWords.lent,
  slots,
  busy: 0,
  owner: undefined,
});
