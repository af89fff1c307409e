import type { Alarm, MonitoredNotice } from "@mutirao/operator-api/monitor";

export interface NoticeFilter {
  /** A master's id; `""`, as in the others: all. */
  readonly master: string;
  readonly kind: string;
  readonly severity: "" | MonitoredNotice["severity"];
  readonly text: string;
}

export const noFilter: NoticeFilter = { master: "", kind: "", severity: "", text: "" };

export const isFiltered = ({ master, kind, severity, text }: NoticeFilter): boolean =>
  [master, kind, severity, text.trim()].some((part) => part !== "");

/** The notices that pass, the latest first. */
export function passing(notices: readonly MonitoredNotice[], filter: NoticeFilter): readonly MonitoredNotice[] {
  const text = filter.text.trim().toLowerCase();
  return notices
    .filter(
      ({ master, kind, severity, data }) =>
        (filter.master === "" || master === filter.master) &&
        (filter.kind === "" || kind === filter.kind) &&
        (filter.severity === "" || severity === filter.severity) &&
        (text === "" || [kind, master ?? "", JSON.stringify(data)].some((part) => part.toLowerCase().includes(text))),
    )
    .toReversed();
}

/** What the monitor remembers, and what has come since: each once, the latest first. */
export function withPast(
  live: readonly MonitoredNotice[],
  past: readonly MonitoredNotice[],
): readonly MonitoredNotice[] {
  const all = new Map([...past, ...live].map((notice) => [notice.n, notice]));
  return [...all.values()].sort((a, b) => b.n - a.n);
}

export interface NoticeChoices {
  readonly kinds: readonly string[];
  readonly masters: readonly string[];
}

/** What there is to choose from. */
export function choicesIn(notices: readonly MonitoredNotice[]): NoticeChoices {
  const kinds = new Set(notices.map(({ kind }) => kind));
  const masters = new Set(notices.flatMap(({ master }) => master ?? []));
  return { kinds: [...kinds].sort(), masters: [...masters].sort() };
}

export interface AlarmLists {
  readonly standing: readonly Alarm[];
  readonly cleared: readonly Alarm[];
}

/** The alarms, the latest first. */
export function listAlarms(alarms: Iterable<Alarm>): AlarmLists {
  const all = [...alarms].sort((a, b) => Date.parse(b.since) - Date.parse(a.since));
  return {
    standing: all.filter(({ clearedAt }) => clearedAt === null),
    cleared: all.filter(({ clearedAt }) => clearedAt !== null),
  };
}
