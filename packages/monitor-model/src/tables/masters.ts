import { type MonitoredMaster, monitorLimits, type SeenPeer } from "@mutirao/operator-api/monitor";
import { durationMs, type EpochMs, elapsed, epochMs, type InstantMs, instantMs } from "@mutirao/primitives";
import { formatIsoTime, type PerformanceReport, parseIsoTime } from "@mutirao/protocol";
import { createChangedKeys } from "../changes.ts";
import { freshnessOf } from "../policies/freshness.ts";
import { intervalOf } from "../policies/interval.ts";
import { figuresOf, peersOf, type ReportedFigures } from "./master-figures.ts";

/** A master as its reports tell of it. */
export interface MasterRecord {
  readonly id: string;
  source: string;
  figures: ReportedFigures;
  peers: readonly SeenPeer[];
  peersTotal: number;
  heard: InstantMs;
  heardAt: EpochMs;
  since: string | null;
  intervalMs: number;
  reports: number;
  freshness: MonitoredMaster["freshness"];
  isFollowed: boolean;
}

/** What a report changed. */
export interface MasterUpdate {
  readonly master: MasterRecord;
  /** `undefined` if it is new. */
  readonly before: { readonly figures: ReportedFigures; readonly peers: readonly SeenPeer[] } | undefined;
  readonly wasGone: boolean;
  /** Had to be forgotten to make room. */
  readonly evicted: MasterRecord | undefined;
}

/** The masters that report, or did so lately. */
export interface Masters {
  get(id: string): MasterRecord | undefined;
  values(): Iterable<MasterRecord>;
  readonly size: number;
  onReport(report: PerformanceReport, source: string, now: InstantMs, nowAt: EpochMs): MasterUpdate;
  /** A master of an earlier run. */
  restore(past: MonitoredMaster, now: InstantMs, nowAt: EpochMs): void;
  setFollowed(id: string, isFollowed: boolean): void;
  /** Tells which have become stale, gone or forgotten. */
  age(now: InstantMs): { readonly turned: readonly MasterRecord[]; readonly forgotten: readonly MasterRecord[] };
  view(master: MasterRecord, peersMax?: number): MonitoredMaster;
  take(): { readonly changed: readonly MonitoredMaster[]; readonly gone: readonly string[] };
}

/** A master that is silent for so long is forgotten; the history still knows it. */
const FORGET_MS = durationMs(3_600_000);
/** Peers that are kept of one master. */
const PEERS_MAX = 256;

export function createMasters(mastersMax: number): Masters {
  const masters = new Map<string, MasterRecord>();
  const keys = createChangedKeys();

  const forget = (master: MasterRecord): void => {
    masters.delete(master.id);
    keys.gone(master.id);
  };
  const view = (master: MasterRecord, peersMax = PEERS_MAX): MonitoredMaster => ({
    ...{ id: master.id, source: master.source, isFollowed: master.isFollowed, freshness: master.freshness },
    ...{ heardAt: formatIsoTime(master.heardAt), intervalMs: Math.round(master.intervalMs), reports: master.reports },
    ...master.figures,
    since: master.since,
    peers: master.peers.slice(0, peersMax),
    peersLeftOut: Math.max(0, master.peersTotal - Math.min(peersMax, master.peers.length)),
  });

  return {
    get: (id) => masters.get(id),
    values: () => masters.values(),
    get size() {
      return masters.size;
    },
    onReport(report, source, now, nowAt) {
      const known = masters.get(report.from);
      const evicted = known === undefined && masters.size >= mastersMax ? victimOf(masters) : undefined;
      if (evicted !== undefined) forget(evicted);
      const before = known === undefined ? undefined : { figures: known.figures, peers: known.peers };
      const wasGone = known?.freshness === "gone";
      const master = updated(known, report, source, now, nowAt);
      masters.set(master.id, master);
      keys.changed(master.id);
      return { master, before, wasGone, evicted };
    },
    restore(past, now, nowAt) {
      if (masters.has(past.id) || masters.size >= mastersMax) return;
      masters.set(past.id, restored(past, now, nowAt));
      keys.changed(past.id);
    },
    setFollowed(id, isFollowed) {
      const master = masters.get(id);
      if (master === undefined || master.isFollowed === isFollowed) return;
      master.isFollowed = isFollowed;
      keys.changed(id);
    },
    age(now) {
      const turned: MasterRecord[] = [];
      const forgotten: MasterRecord[] = [];
      for (const master of masters.values()) {
        const ageMs = elapsed(master.heard, now);
        const freshness = freshnessOf(ageMs, master.intervalMs);
        if (freshness === "gone" && ageMs > FORGET_MS) forgotten.push(master);
        else if (freshness !== master.freshness) {
          master.freshness = freshness;
          keys.changed(master.id);
          turned.push(master);
        }
      }
      for (const master of forgotten) forget(master);
      return { turned, forgotten };
    },
    view,
    take() {
      const { changed, gone } = keys.take();
      const views = changed.flatMap((id) => {
        const master = masters.get(id);
        return master === undefined ? [] : [view(master, monitorLimits.peersShownMax)];
      });
      return { changed: views, gone };
    },
  };
}

function updated(
  known: MasterRecord | undefined,
  report: PerformanceReport,
  source: string,
  now: InstantMs,
  nowAt: EpochMs,
): MasterRecord {
  const { extension, from } = report;
  const figures = figuresOf(report, nowAt);
  const peers = peersOf(report);
  const gapMs = known === undefined ? undefined : elapsed(known.heard, now);
  const isSame = known !== undefined && known.figures.state === figures.state;
  const inferredSince = isSame ? known.since : formatIsoTime(nowAt);
  return {
    id: from,
    source,
    figures,
    peers: peers.slice(0, PEERS_MAX),
    peersTotal: peers.length,
    heard: now,
    heardAt: nowAt,
    since: extension?.since === undefined ? inferredSince : formatIsoTime(extension.since),
    intervalMs: intervalOf(extension?.figures.intervalMs, known?.intervalMs, gapMs),
    reports: (known?.reports ?? 0) + 1,
    freshness: "fresh",
    isFollowed: known?.isFollowed ?? false,
  };
}

function restored(past: MonitoredMaster, now: InstantMs, nowAt: EpochMs): MasterRecord {
  const { id, source, heardAt, intervalMs, since, peers, peersLeftOut, ...rest } = past;
  const { isFollowed: _isFollowed, freshness: _freshness, reports: _reports, ...figures } = rest;
  const at = parseIsoTime(heardAt) ?? epochMs(0);
  const heard = instantMs(now - Math.max(0, nowAt - at));
  const freshness = freshnessOf(elapsed(heard, now), intervalMs);
  const peersTotal = peers.length + peersLeftOut;
  return {
    id,
    source,
    figures,
    peers,
    peersTotal,
    heard,
    heardAt: at,
    since,
    intervalMs,
    reports: 0,
    freshness,
    isFollowed: false,
  };
}

/** Whoever sends many ids makes room from among his own: of the address with the most masters, the one heard longest ago. */
function victimOf(masters: ReadonlyMap<string, MasterRecord>): MasterRecord | undefined {
  const bySource = new Map<string, MasterRecord[]>();
  for (const master of masters.values()) {
    const others = bySource.get(master.source);
    if (others === undefined) bySource.set(master.source, [master]);
    else others.push(master);
  }
  const [most = []] = [...bySource.values()].sort((a, b) => b.length - a.length);
  return most.reduce<MasterRecord | undefined>(
    (oldest, master) => (oldest === undefined || master.heard < oldest.heard ? master : oldest),
    undefined,
  );
}
