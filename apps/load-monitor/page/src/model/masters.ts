import type { MonitoredMaster } from "@mutirao/operator-api/monitor";
import type { PageState } from "./state.ts";

export const sortKeys = ["state", "id", "backlog", "wait", "busy", "throughput", "age"] as const;
export type SortKey = (typeof sortKeys)[number];

export interface MasterQuery {
  readonly sort: SortKey;
  /** Shown are those whose id contains it, upper or lower case. */
  readonly text: string;
}

/** The ids of the masters to show. */
export interface MasterLists {
  readonly present: readonly string[];
  /** Those of which nothing was heard for so long that they are folded away. */
  readonly gone: readonly string[];
}

const gravity: Record<MonitoredMaster["state"], number> = { STALLED: 0, SATURATED: 1, UNKNOWN: 3, NORMAL: 2 };

const descending = (value: number | null): number => (value === null ? 1 : -value);

/** What a column is sorted by: the smaller comes first. */
const measures: Record<SortKey, (master: MonitoredMaster) => number> = {
  state: (master) => 2 * gravity[master.state] + (master.freshness === "fresh" ? 0 : 1),
  id: () => 0,
  backlog: ({ backlog }) => descending(backlog),
  wait: ({ estimatedWaitMs }) => descending(estimatedWaitMs),
  busy: (master) => descending(busyShare(master)),
  throughput: ({ throughputPerS }) => descending(throughputPerS),
  age: ({ heardAt }) => Date.parse(heardAt),
};

/** Busy slots per slot; where they are not told, what the master says of its workers. */
export function busyShare({ slots, busySlots, workers }: MonitoredMaster): number | null {
  if (slots === null || busySlots === null || slots === 0) return workers.utilization;
  return Math.min(1, busySlots / slots);
}

/** Ids are compared so that `master-2` comes before `master-10`. A collator can do that too, at twenty times the price. */
export function byId(a: string, b: string): number {
  const [left, right] = [sortKeyOf(a), sortKeyOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const sortKeysOfIds = new Map<string, string>();
const SORT_KEYS_MAX = 5_000;
const DIGITS_MAX = 15;

function sortKeyOf(id: string): string {
  const known = sortKeysOfIds.get(id);
  if (known !== undefined) return known;
  if (sortKeysOfIds.size >= SORT_KEYS_MAX) sortKeysOfIds.clear();
  const key = id.replace(/\d+/g, (digits) => digits.padStart(DIGITS_MAX, "0"));
  sortKeysOfIds.set(id, key);
  return key;
}

export function listMasters({ masters }: PageState, { sort, text }: MasterQuery): MasterLists {
  const wanted = text.trim().toLowerCase();
  const measure = measures[sort];
  const found = [...masters.values()]
    .filter(({ id }) => wanted === "" || id.toLowerCase().includes(wanted))
    .map((master) => ({ master, by: measure(master) }))
    .sort((a, b) => a.by - b.by || byId(a.master.id, b.master.id));
  const ids = (isGone: boolean) =>
    found.flatMap(({ master }) => ((master.freshness === "gone") === isGone ? master.id : []));
  return { present: ids(false), gone: ids(true) };
}

/** Two lists that show the same are one, so that nothing is drawn again. */
export const sameIds = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, n) => id === b[n]);

/** What stands at the top of the page. */
export interface Totals {
  readonly masters: number;
  readonly stale: number;
  readonly gone: number;
  readonly saturated: number;
  readonly stalled: number;
  readonly workers: number;
  readonly idle: number;
  readonly backlog: number;
  readonly throughputPerS: number;
  readonly loans: number;
}

/** A report of ours names so many workers at least; of more, it may be that only their number is known. */
const NAMED_MAX = 48;

/** Workers by their names, each once wherever two masters still tell of it; where they have no names, their number. */
function workersIn(
  present: readonly MonitoredMaster[],
  workers: PageState["workers"],
): Pick<Totals, "workers" | "idle"> {
  const all = [...workers.values()];
  const known = new Set(all.flatMap(({ owner, master }) => [owner, master]));
  const isNaming = ({ id, workers: { total } }: MonitoredMaster): boolean =>
    known.has(id) && total !== null && total <= NAMED_MAX;
  const naming = new Set<string | null>(present.filter(isNaming).map(({ id }) => id));
  const named = all.filter(
    ({ owner, master, status }) => status !== "TIMEOUT" && (naming.has(owner) || naming.has(master)),
  );
  const counted = present.filter(({ id }) => !naming.has(id));
  const sum = (figure: (master: MonitoredMaster) => number | null): number =>
    counted.reduce((total, master) => total + (figure(master) ?? 0), 0);
  return {
    workers: named.length + sum(({ workers: { alive, total } }) => alive ?? total),
    idle:
      named.filter(({ busy, status }) => busy === 0 && status === "ALIVE").length + sum((each) => each.workers.idle),
  };
}

export function totalsOf({ masters, loans, workers }: PageState): Totals {
  const all = [...masters.values()];
  const present = all.filter(({ freshness }) => freshness !== "gone");
  const sum = (figure: (master: MonitoredMaster) => number | null): number =>
    present.reduce((total, master) => total + (figure(master) ?? 0), 0);
  const count = (is: (master: MonitoredMaster) => boolean): number => present.filter(is).length;
  return {
    masters: present.length,
    stale: count(({ freshness }) => freshness === "stale"),
    gone: all.length - present.length,
    saturated: count(({ state }) => state === "SATURATED"),
    stalled: count(({ state }) => state === "STALLED"),
    ...workersIn(present, workers),
    backlog: sum(({ backlog }) => backlog),
    throughputPerS: sum(({ throughputPerS }) => throughputPerS),
    loans: loans.size,
  };
}
