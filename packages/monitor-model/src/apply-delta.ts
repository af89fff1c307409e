import type { MonitorDelta, MonitorSnapshot } from "@mutirao/operator-api/monitor";
import { monitorLimits } from "@mutirao/operator-api/monitor-limits";

/** What is known after a change: a snapshot and its deltas are the same as the snapshot at the end. */
export function applyDelta(snapshot: MonitorSnapshot, delta: MonitorDelta): MonitorSnapshot {
  const { gone } = delta;
  return {
    status: delta.status,
    masters: merged(snapshot.masters, delta.masters, gone.masters, ({ id }) => id),
    workers: merged(snapshot.workers, delta.workers, gone.workers, ({ key }) => key),
    loans: merged(snapshot.loans, delta.loans, gone.loans, ({ key }) => key),
    notices: continued(snapshot.notices, delta.notices),
    exchanges: continued(snapshot.exchanges, delta.exchanges),
    alarms: merged(snapshot.alarms, delta.alarms, gone.alarms, ({ key }) => key),
    sources: merged(snapshot.sources, delta.sources, [], ({ host }) => host),
  };
}

/** A snapshot may tell already what the delta after it tells again: both count up, so what is known is left out. */
function continued<T extends { readonly n: number }>(before: readonly T[], news: readonly T[]): T[] {
  const last = before.at(-1)?.n ?? -1;
  return [...before, ...news.filter(({ n }) => n > last)].slice(-monitorLimits.recentMax);
}

function merged<T>(
  before: readonly T[],
  changed: readonly T[],
  gone: readonly string[],
  keyOf: (item: T) => string,
): T[] {
  if (changed.length === 0 && gone.length === 0) return [...before];
  const items = new Map(before.map((item) => [keyOf(item), item]));
  for (const key of gone) items.delete(key);
  for (const item of changed) items.set(keyOf(item), item);
  return [...items.values()];
}
