import type { ReportSource } from "@mutirao/operator-api/monitor";
import { createBoundedMap, type EpochMs, elapsed, type InstantMs } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import { createChangedKeys } from "../changes.ts";

/** The addresses from which lines come: how fast they may, and what was wrong with them. */
export interface Sources {
  /** Whether a line of so many characters may be read now; if not, it is counted. */
  admits(host: string, length: number, now: InstantMs): boolean;
  onReport(host: string): void;
  onViolation(host: string, code: string, detail: string, at: EpochMs): void;
  /** Those with the most violations first. */
  all(): readonly ReportSource[];
  take(): readonly ReportSource[];
  readonly totals: { readonly reports: number; readonly violations: number; readonly dropped: number };
}

/** Addresses that are remembered; of more, the one heard longest ago is forgotten. */
const SOURCES_MAX = 1_024;
/** Shown at once. */
const SHOWN_MAX = 64;
/** Codes that are told apart for one address. */
const CODES_MAX = 32;
/** A report of 4 KiB is worth one; 500 masters behind one address need 50 to 150 a second. */
const PER_SECOND = 500;
const BURST = 2_000;
const LENGTH_PER_UNIT = 4_096;

interface Source {
  readonly host: string;
  units: number;
  at: InstantMs;
  reports: number;
  violations: number;
  dropped: number;
  readonly byCode: Map<string, number>;
  last: { readonly code: string; readonly detail: string; readonly at: EpochMs } | undefined;
}

export function createSources(): Sources {
  const sources = createBoundedMap<string, Source>(SOURCES_MAX);
  const keys = createChangedKeys();
  const totals = { reports: 0, violations: 0, dropped: 0 };

  const sourceOf = (host: string, now?: InstantMs): Source => {
    const source = sources.get(host) ?? newSource(host, now);
    sources.set(host, source);
    return source;
  };
  const count = (source: Source, what: "reports" | "violations" | "dropped"): void => {
    source[what]++;
    totals[what]++;
    keys.changed(source.host);
  };

  return {
    totals,
    admits(host, length, now) {
      const source = sourceOf(host, now);
      source.units = Math.min(BURST, source.units + (PER_SECOND * elapsed(source.at, now)) / 1_000);
      source.at = now;
      const cost = Math.max(1, length / LENGTH_PER_UNIT);
      if (source.units < cost) {
        count(source, "dropped");
        return false;
      }
      source.units -= cost;
      return true;
    },
    onReport: (host) => count(sourceOf(host), "reports"),
    onViolation(host, code, detail, at) {
      const source = sourceOf(host);
      count(source, "violations");
      source.last = { code, detail, at };
      if (source.byCode.has(code) || source.byCode.size < CODES_MAX) {
        source.byCode.set(code, (source.byCode.get(code) ?? 0) + 1);
      }
    },
    all: () =>
      [...sources.values()]
        .sort((a, b) => b.violations + b.dropped - a.violations - a.dropped)
        .slice(0, SHOWN_MAX)
        .map(viewOf),
    take: () =>
      keys
        .take()
        .changed.slice(0, SHOWN_MAX)
        .flatMap((host) => {
          const source = sources.get(host);
          return source === undefined ? [] : [viewOf(source)];
        }),
  };
}

const newSource = (host: string, now: InstantMs | undefined): Source => ({
  host,
  units: BURST,
  at: now ?? (0 as InstantMs),
  reports: 0,
  violations: 0,
  dropped: 0,
  byCode: new Map(),
  last: undefined,
});

const viewOf = ({ host, reports, violations, dropped, byCode, last }: Source): ReportSource => ({
  ...{ host, reports, violations, dropped },
  byCode: Object.fromEntries(byCode),
  lastCode: last?.code ?? null,
  lastDetail: last?.detail ?? null,
  lastViolationAt: last === undefined ? null : formatIsoTime(last.at),
});
