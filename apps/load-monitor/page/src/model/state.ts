import type {
  Alarm,
  Exchange,
  MonitorDelta,
  MonitoredLoan,
  MonitoredMaster,
  MonitoredNotice,
  MonitoredWorker,
  MonitorSnapshot,
  MonitorStatus,
  ReportSource,
} from "@mutirao/operator-api/monitor";
import { monitorLimits } from "@mutirao/operator-api/monitor-limits";
import { sampleOf, type Trail, trailWith } from "./trail.ts";

/**
 * What the page knows. Nothing in it is ever changed in place: what is the same object as before has not changed, which is
 * how each part of the page knows whether to draw itself again.
 */
export interface PageState {
  /** `undefined` until the monitor has spoken. */
  readonly status: MonitorStatus | undefined;
  readonly masters: ReadonlyMap<string, MonitoredMaster>;
  readonly workers: ReadonlyMap<string, MonitoredWorker>;
  readonly loans: ReadonlyMap<string, MonitoredLoan>;
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly sources: ReadonlyMap<string, ReportSource>;
  /** The latest last. */
  readonly notices: readonly MonitoredNotice[];
  /** The latest last. */
  readonly exchanges: readonly Exchange[];
  /** How each master was of late, by its id. */
  readonly trails: ReadonlyMap<string, Trail>;
}

export const nothingYet: PageState = {
  status: undefined,
  masters: new Map(),
  workers: new Map(),
  loans: new Map(),
  alarms: new Map(),
  sources: new Map(),
  notices: [],
  exchanges: [],
  trails: new Map(),
};

/**
 * What is known after a snapshot: all of it, and nothing of before but the trails of masters that are still there. Items
 * that say the same as before stay the same objects only with deltas: snapshots are rare.
 */
export function afterSnapshot(before: PageState, snapshot: MonitorSnapshot): PageState {
  const { status, masters, workers, loans, alarms, sources, notices, exchanges } = snapshot;
  const byId = new Map(masters.map((master) => [master.id, master]));
  const kept = new Map([...before.trails].filter(([id]) => byId.has(id)));
  return {
    status,
    masters: byId,
    workers: new Map(workers.map((worker) => [worker.key, worker])),
    loans: new Map(loans.map((loan) => [loan.key, loan])),
    alarms: new Map(alarms.map((alarm) => [alarm.key, alarm])),
    sources: new Map(sources.map((source) => [source.host, source])),
    notices: notices.slice(-monitorLimits.recentMax),
    exchanges: exchanges.slice(-monitorLimits.recentMax),
    trails: trailsAfter(kept, masters),
  };
}

/** What is known after a change. */
export function afterDelta(before: PageState, delta: MonitorDelta): PageState {
  const { gone } = delta;
  return {
    status: delta.status,
    masters: merged(before.masters, delta.masters, gone.masters, ({ id }) => id),
    workers: merged(before.workers, delta.workers, gone.workers, ({ key }) => key),
    loans: merged(before.loans, delta.loans, gone.loans, ({ key }) => key),
    alarms: merged(before.alarms, delta.alarms, gone.alarms, ({ key }) => key),
    sources: merged(before.sources, delta.sources, [], ({ host }) => host),
    notices: appended(before.notices, delta.notices),
    exchanges: appended(before.exchanges, delta.exchanges),
    trails: trailsAfter(
      merged(before.trails, [], gone.masters, () => ""),
      delta.masters,
    ),
  };
}

function merged<T>(
  before: ReadonlyMap<string, T>,
  changed: readonly T[],
  gone: readonly string[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, T> {
  if (changed.length === 0 && gone.length === 0) return before;
  const items = new Map(before);
  for (const key of gone) items.delete(key);
  for (const item of changed) items.set(keyOf(item), item);
  return items;
}

const appended = <T>(before: readonly T[], more: readonly T[]): readonly T[] =>
  more.length === 0 ? before : [...before, ...more].slice(-monitorLimits.recentMax);

function trailsAfter(
  before: ReadonlyMap<string, Trail>,
  changed: readonly MonitoredMaster[],
): ReadonlyMap<string, Trail> {
  if (changed.length === 0) return before;
  const trails = new Map(before);
  for (const master of changed) trails.set(master.id, trailWith(trails.get(master.id), sampleOf(master)));
  return trails;
}
