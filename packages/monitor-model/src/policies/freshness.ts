import type { MonitoredMaster } from "@mutirao/operator-api/monitor";
import type { DurationMs } from "@mutirao/primitives";

/**
 * A report may be late by one interval without any harm: a busy machine, a lost packet. After two, what it said is the
 * past and must not be taken for the present. A master that has been silent for much longer is not coming back soon, and
 * only takes up room on a page; but a short interval is no reason to give it up within seconds.
 */
export function freshnessOf(ageMs: DurationMs, intervalMs: number): MonitoredMaster["freshness"] {
  if (ageMs <= STALE_INTERVALS * intervalMs) return "fresh";
  return ageMs <= Math.max(GONE_INTERVALS * intervalMs, GONE_MIN_MS) ? "stale" : "gone";
}

const STALE_INTERVALS = 2;
const GONE_INTERVALS = 6;
const GONE_MIN_MS = 60_000;
