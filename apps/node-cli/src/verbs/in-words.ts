import type { Worker } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import type { Cell } from "./table.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A length of time, as exact as one reads at a glance: `350 ms`, `2.5 s`, `3 min 20 s`, `4 h 5 min`, `2 d 3 h`. */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${Math.floor(ms)} ms`;
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < HOUR_MS) return inTwo(ms, [MINUTE_MS, "min"], [SECOND_MS, "s"]);
  return ms < DAY_MS ? inTwo(ms, [HOUR_MS, "h"], [MINUTE_MS, "min"]) : inTwo(ms, [DAY_MS, "d"], [HOUR_MS, "h"]);
}

type Unit = readonly [lengthMs: number, name: string];

function inTwo(ms: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((ms % largeMs) / smallMs);
  return `${Math.floor(ms / largeMs)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

/** How long ago a time of day was; clocks that differ do not make it negative. */
export function agoText(time: string | null, nowMs: number): string {
  return time === null ? "never" : durationText(Math.max(0, nowMs - Date.parse(time)));
}

const statusStyles = {
  ALIVE: "green",
  AWAY: "yellow",
  LENT: "yellow",
  NEVER_SEEN: "yellow",
  TIMEOUT: "red",
  NORMAL: "green",
  SATURATED: "yellow",
  STALLED: "red",
  pending: "dim",
  running: "yellow",
  done: "green",
  cancelled: "dim",
  failed: "red",
  dead: "red",
} as const;

/** A status in its colour. */
export const statusCell = (status: keyof typeof statusStyles): Cell => ({ text: status, style: statusStyles[status] });

/** A figure with as many digits as one reads. */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 1 : 2);
}

/** Whose worker it is. */
export const ownerText = ({ owner, borrowed }: Worker): string =>
  borrowed ? `${printable(owner)} (borrowed)` : printable(owner);

/** One of several or many: `1 task`, `2 tasks`. */
export const countText = (count: number, what: string): string =>
  `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
