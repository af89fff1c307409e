import {
  type AlarmKind,
  type MonitoredMaster,
  type MonitoredNotice,
  type MonitorStatus,
  monitorLimits,
} from "@mutirao/operator-api/monitor";
import { after, durationMs, type EpochMs, elapsed, epochMs, type InstantMs } from "@mutirao/primitives";
import { formatIsoTime, type PerformanceReport, type ReportedLoan, type ReportedNotice } from "@mutirao/protocol";
import { astrayWorkers } from "./astray.ts";
import type { ModelParts, MonitorChanges } from "./changes.ts";
import { exchangeIn } from "./exchange-in.ts";
import { changedPeers, createPeerWatch, type PeerWatch } from "./peer-watch.ts";
import { type AlarmSubject, type Alarms, alarmKey, createAlarms } from "./tables/alarms.ts";
import { createJournal, type Journal } from "./tables/journal.ts";
import { createLoans, type LoanRecord, type Loans } from "./tables/loans.ts";
import { createMasters, type MasterRecord, type Masters, type MasterUpdate } from "./tables/masters.ts";
import { createSources, type Sources } from "./tables/sources.ts";
import { createWorkers, type Workers } from "./tables/workers.ts";

export interface ModelOptions {
  readonly mastersMax: number;
  readonly workersMax: number;
  readonly loansMax: number;
}

/** What is known of an earlier run. */
export interface Past {
  readonly masters: readonly MonitoredMaster[];
  /** The latest last. */
  readonly notices: readonly MonitoredNotice[];
}

/** A notice of a master, from its event stream. */
export interface HeardNotice {
  readonly kind: string;
  readonly at: EpochMs;
  readonly data: Readonly<Record<string, unknown>>;
}

type ModelStatus = Pick<
  MonitorStatus,
  "isCutOff" | "lastReportAt" | "reports" | "violations" | "dropped" | "mastersRefused"
>;

/** The monitor without its sockets: what it is told, and what it makes of it. */
export interface MonitorModel {
  /** What to add to a moment to get the time of day. */
  setWallOffset(offsetMs: number): void;
  /** Whether a line may be read, or comes too fast. To be asked before it is decoded. */
  admits(source: string, length: number, now: InstantMs): boolean;
  onReport(report: PerformanceReport, source: string, now: InstantMs): void;
  /** A line that is no report, or a breach of the framing. */
  onViolation(source: string, violation: { readonly code: string; readonly detail: string }, now: InstantMs): void;
  onNotice(master: string, notice: HeardNotice, now: InstantMs): void;
  onFollowing(master: string, isFollowed: boolean): void;
  restore(past: Past, now: InstantMs): void;
  /** The monitor itself has something to tell. */
  tell(kind: string, data: MonitoredNotice["data"], now: InstantMs): void;
  /** Looks what time has changed. To be called several times a second. */
  wake(now: InstantMs): void;
  status(): ModelStatus;
  parts(): ModelParts;
  /** A master with every peer that is kept. */
  master(id: string): MonitoredMaster | undefined;
  /** What has changed since the last time; `undefined` if nothing has. */
  take(): MonitorChanges | undefined;
}

interface State {
  readonly masters: Masters;
  readonly workers: Workers;
  readonly loans: Loans;
  readonly journal: Journal;
  readonly alarms: Alarms;
  readonly sources: Sources;
  readonly peers: PeerWatch;
  /** The last notice of each master that came with its reports. */
  readonly lastNotice: Map<string, number>;
  /** Alarms that stand because of a notice, and until when if it is not repeated. */
  readonly noticed: Map<string, InstantMs>;
  wallOffsetMs: number;
  lastReport: InstantMs | undefined;
  lastReview: InstantMs | undefined;
  isCutOff: boolean;
  mastersRefused: number;
}

/** How long an alarm stands that rests on a notice alone. */
const NOTICED_MS = durationMs(600_000);
const NOTICED_MAX = 1_000;
const REVIEW_EVERY_MS = 1_000;

export function createMonitorModel(options: ModelOptions): MonitorModel {
  const state: State = {
    masters: createMasters(options.mastersMax),
    workers: createWorkers(options.workersMax),
    loans: createLoans(options.loansMax),
    journal: createJournal(),
    alarms: createAlarms(),
    sources: createSources(),
    peers: createPeerWatch(),
    lastNotice: new Map(),
    noticed: new Map(),
    wallOffsetMs: 0,
    lastReport: undefined,
    lastReview: undefined,
    isCutOff: false,
    mastersRefused: 0,
  };
  const { masters, sources, journal } = state;
  return {
    setWallOffset(offsetMs) {
      state.wallOffsetMs = offsetMs;
    },
    admits: (source, length, now) => sources.admits(source, length, now),
    onReport: (report, source, now) => onReport(state, report, source, now),
    onViolation: (source, { code, detail }, now) => sources.onViolation(source, code, detail, at(state, now)),
    onNotice: (master, notice, now) => onNotice(state, master, notice, now),
    onFollowing: (master, isFollowed) => masters.setFollowed(master, isFollowed),
    restore(past, now) {
      for (const master of past.masters) masters.restore(master, now, at(state, now));
      journal.restore(past.notices);
    },
    tell: (kind, data, now) => journal.tell(null, kind, data, at(state, now)),
    wake: (now) => wake(state, now),
    status: () => statusOf(state),
    parts: () => partsOf(state),
    master(id) {
      const master = masters.get(id);
      return master === undefined ? undefined : masters.view(master);
    },
    take: () => takeChanges(state),
  };
}

const at = ({ wallOffsetMs }: State, now: InstantMs): EpochMs => epochMs(Math.round(now + wallOffsetMs));

function onReport(state: State, report: PerformanceReport, source: string, now: InstantMs): void {
  const { masters, workers, loans, sources } = state;
  const nowAt = at(state, now);
  const { extension, from, farm } = report;
  state.lastReport = now;
  sources.onReport(source);
  const update = masters.onReport(report, source, now, nowAt);
  if (update.evicted !== undefined) {
    state.mastersRefused++;
    forgetMaster(state, update.evicted, now);
  }
  const list = extension?.workers ?? [];
  workers.onReport(from, list, list.length >= (farm.workersTotal ?? 0), now, nowAt);
  const { begun, over } = loans.onReport(from, withoutSelfLoans(extension?.loans ?? []), nowAt);
  for (const loan of begun) tellLoan(state, from, "loan-begun", loan, nowAt);
  for (const loan of over) endLoan(state, from, loan, nowAt);
  tellChanges(state, update, now);
  tellReported(state, update.master, extension?.notices ?? []);
  watchStall(state, update.master, now);
}

/** Nobody borrows from himself. */
const withoutSelfLoans = (loans: readonly ReportedLoan[]): readonly ReportedLoan[] =>
  loans.filter(({ lender, borrower }) => lender !== borrower);

const tellLoan = ({ journal }: State, master: string, kind: string, loan: LoanRecord, nowAt: EpochMs): void => {
  const { id, worker, lender, borrower, state } = loan;
  journal.tell(master, kind, { loan: id, worker, lender, borrower, state }, nowAt);
};

function endLoan(state: State, master: string, loan: LoanRecord, nowAt: EpochMs): void {
  tellLoan(state, master, "loan-over", loan, nowAt);
  for (const kind of ["WORKER_ASTRAY", "WORKER_UNRETURNABLE"] as const) {
    state.alarms.clear({ kind, master: loan.lender, subject: loan.worker }, nowAt);
  }
}

/** What can be seen from one report to the next. A master whose event stream is read says the same by itself, and sooner. */
function tellChanges(state: State, { master, before, wasGone }: MasterUpdate, now: InstantMs): void {
  const { journal, peers } = state;
  const nowAt = at(state, now);
  const { id, figures, isFollowed, source } = master;
  if (before === undefined) journal.tell(id, "master-appeared", { source, isOurs: figures.isOurs }, nowAt);
  else if (wasGone) journal.tell(id, "master-back", { source }, nowAt);
  if (before === undefined || isFollowed) return;
  if (before.figures.state !== figures.state) {
    const { causes, backlog } = figures;
    journal.tell(id, "load-changed", { from: before.figures.state, to: figures.state, causes, backlog }, nowAt);
  }
  const known = new Map(before.peers.map((peer) => [peer.id, peer.status]));
  for (const { id: peer, status } of changedPeers(before.peers, master.peers)) {
    journal.tell(id, "peer-transitioned", { peer, from: known.get(peer), to: status }, nowAt);
    peers.onChanged(id, peer, now);
  }
}

/**
 * The notices of a report that did not come with the one before. After a restart a master counts from the beginning.
 * Whatever comes while its event stream is read was told there.
 */
function tellReported(state: State, master: MasterRecord, notices: readonly ReportedNotice[]): void {
  const newest = notices.at(-1)?.n;
  if (newest === undefined) return;
  const { lastNotice } = state;
  const last = lastNotice.get(master.id) ?? -1;
  const told = newest < last ? -1 : last;
  lastNotice.set(master.id, newest);
  if (!master.isFollowed) for (const notice of notices) if (notice.n > told) tellOwn(state, master, notice);
}

/** Notices name another master by its address; that of a stranger stays what it is. */
function nameAt({ peers }: MasterRecord, address: unknown): string {
  const text = typeof address === "string" ? address.slice(0, 128) : "";
  return peers.find((peer) => peer.at === text)?.id ?? text;
}

/** What a master of ours tells by itself, whichever way it came: a message of the conversation, or a notice. */
function tellOwn({ journal }: State, master: MasterRecord, { kind, at: saidAt, data }: HeardNotice): void {
  const { id } = master;
  const exchange = kind === CONVERSES ? exchangeIn(id, data, (address) => nameAt(master, address)) : undefined;
  if (exchange === undefined) journal.tell(id, kind, withPeerId(master, data), saidAt);
  else journal.converse(exchange, saidAt);
}

/** Other masters are easier known by their ids than by their addresses. */
function withPeerId(master: MasterRecord, data: HeardNotice["data"]): HeardNotice["data"] {
  const { peer } = data;
  const id = nameAt(master, peer);
  return typeof peer !== "string" || id === "" || id === peer.slice(0, 128) ? data : { ...data, peerId: id };
}

/** Tells of a line, which is shown among the lines and not among the notices. */
const CONVERSES = "line-exchanged";

function watchStall(state: State, { id, figures }: MasterRecord, now: InstantMs): void {
  const about: AlarmSubject = { kind: "STALLED", master: id, subject: null };
  if (figures.state !== "STALLED") state.alarms.clear(about, at(state, now));
  else state.alarms.raise(about, `${id} is STALLED: ${figures.backlog ?? "some"} tasks wait`, at(state, now));
}

function onNotice(state: State, master: string, { kind, at: saidAt, data }: HeardNotice, now: InstantMs): void {
  const { peers, masters } = state;
  const record = masters.get(master);
  if (record === undefined) return;
  tellOwn(state, record, { kind, at: saidAt, data });
  if (kind === "peer-transitioned") {
    const peer = peerIn(data);
    if (peer !== undefined) peers.onChanged(master, peer, now);
  }
  const { worker, peer: owner } = data;
  if (kind === "worker-unreturnable") noticeUnreturnable(state, master, worker, now);
  if (kind === "guest-unreturnable") noticeUnreturnable(state, nameAt(record, owner), worker, now);
}

function peerIn({ transition }: Readonly<Record<string, unknown>>): string | undefined {
  const peer = typeof transition === "object" && transition !== null ? Reflect.get(transition, "peer") : undefined;
  return typeof peer === "string" ? peer.slice(0, 128) : undefined;
}

function noticeUnreturnable(state: State, master: string, worker: unknown, now: InstantMs): void {
  if (typeof worker !== "string" || state.noticed.size >= NOTICED_MAX) return;
  const about: AlarmSubject = { kind: "WORKER_UNRETURNABLE", master, subject: worker.slice(0, 128) };
  state.alarms.raise(about, `${about.subject} of ${master} does not come home`, at(state, now));
  state.noticed.set(alarmKey(about), after(now, NOTICED_MS));
}

function forgetMaster(state: State, { id }: MasterRecord, now: InstantMs): void {
  const nowAt = at(state, now);
  state.workers.forget(id, nowAt);
  for (const loan of state.loans.forget(id)) endLoan(state, id, loan, nowAt);
  state.peers.forget(id);
  state.lastNotice.delete(id);
  state.alarms.clearOf(id, nowAt);
}

function wake(state: State, now: InstantMs): void {
  if (state.lastReview !== undefined && elapsed(state.lastReview, now) < REVIEW_EVERY_MS) return;
  state.lastReview = now;
  const { masters, journal, alarms, peers } = state;
  const nowAt = at(state, now);
  const { turned, forgotten } = masters.age(now);
  for (const { id, freshness, heardAt } of turned) {
    if (freshness === "gone") journal.tell(id, "master-silent", { heardAt: formatIsoTime(heardAt) }, nowAt);
  }
  for (const master of forgotten) forgetMaster(state, master, now);
  reviewWorkers(state, now);
  for (const { master, peer, isFlapping } of peers.review(now)) {
    const about: AlarmSubject = { kind: "PEER_FLAPPING", master, subject: peer };
    if (isFlapping) alarms.raise(about, `${peer} comes and goes, as ${master} sees it`, nowAt);
    else alarms.clear(about, nowAt);
  }
  for (const [key, until] of state.noticed) if (now >= until) state.noticed.delete(key);
  state.isCutOff = isCutOff(state);
}

const ofWorkers: ReadonlySet<string> = new Set<AlarmKind>(["WORKER_ASTRAY", "WORKER_UNRETURNABLE"]);

function reviewWorkers(state: State, now: InstantMs): void {
  const { alarms, noticed } = state;
  const wrong = new Set<string>();
  for (const { about, text } of astrayWorkers(state, now)) {
    wrong.add(alarmKey(about));
    alarms.raise(about, text, at(state, now));
  }
  for (const alarm of [...alarms.standing()]) {
    const stands = !ofWorkers.has(alarm.kind) || wrong.has(alarm.key) || noticed.has(alarm.key);
    if (!stands) alarms.clear(alarm, at(state, now));
  }
}

/**
 * That one master falls silent is its own affair; that all do so at about the same time is more likely ours. Of a single
 * one nothing can be said.
 */
function isCutOff({ masters, lastReport }: State): boolean {
  if (lastReport === undefined) return false;
  let together = 0;
  for (const { freshness, heard, intervalMs } of masters.values()) {
    if (freshness === "fresh") return false;
    if (elapsed(heard, lastReport) <= 2 * intervalMs) together++;
  }
  return together > 1;
}

const statusOf = (state: State): ModelStatus => ({
  isCutOff: state.isCutOff,
  lastReportAt: state.lastReport === undefined ? null : formatIsoTime(at(state, state.lastReport)),
  ...state.sources.totals,
  mastersRefused: state.mastersRefused,
});

const partsOf = ({ masters, workers, loans, journal, alarms, sources }: State): ModelParts => ({
  masters: [...masters.values()].map((master) => masters.view(master, monitorLimits.peersShownMax)),
  workers: [...workers.all()],
  loans: [...loans.all()],
  notices: [...journal.notices],
  exchanges: [...journal.exchanges],
  alarms: [...alarms.all()],
  sources: [...sources.all()],
});

function takeChanges(state: State): MonitorChanges | undefined {
  const [masters, workers, loans] = [state.masters.take(), state.workers.take(), state.loans.take()];
  const [alarms, sources] = [state.alarms.take(), state.sources.take()];
  const { notices, exchanges } = state.journal.take();
  const changes: MonitorChanges = {
    masters: [...masters.changed],
    workers: [...workers.changed],
    loans: [...loans.changed],
    notices: [...notices],
    exchanges: [...exchanges],
    alarms: [...alarms.changed],
    sources: [...sources],
    gone: {
      masters: [...masters.gone],
      workers: [...workers.gone],
      loans: [...loans.gone],
      alarms: [...alarms.gone],
    },
  };
  const { gone, ...lists } = changes;
  const isEmpty = [...Object.values(lists), ...Object.values(gone)].every((list) => list.length === 0);
  return isEmpty ? undefined : changes;
}
