import type { MonitoredMaster, MonitorStatus } from "@mutirao/operator-api/monitor";

/** What the monitor's clock was when we last heard it, and what ours was. */
export interface Heard {
  /** Epoch milliseconds, the monitor's. */
  readonly monitorMs: number;
  /** Milliseconds of a clock of ours that only goes forward. */
  readonly ownMs: number;
  /** How fast the monitor's clock goes: a recording may be played faster, or be over. */
  readonly speed: number;
}

export function heardNow(status: MonitorStatus, ownMs: number): Heard {
  const { replay } = status;
  const speed = replay === null ? 1 : replay.isOver ? 0 : replay.speed;
  return { monitorMs: Date.parse(status.now), ownMs, speed };
}

/** The time at the monitor, in epoch milliseconds: its clock and ours may be hours apart. */
export const timeAtMonitor = ({ monitorMs, ownMs, speed }: Heard, nowMs: number): number =>
  monitorMs + (nowMs - ownMs) * speed;

/** How old something is, in milliseconds; what comes from a clock that is ahead is new. */
export const ageMs = (moment: string, now: number): number => Math.max(0, now - Date.parse(moment));

export type Freshness = MonitoredMaster["freshness"];

const STALE_INTERVALS = 2;

/**
 * How fresh a master's figures are. The monitor says so with every change; when it cannot be heard any more, everything
 * grows old all the same, and only the page can tell.
 */
export function freshnessOf(
  master: Pick<MonitoredMaster, "freshness" | "heardAt" | "intervalMs">,
  now: number,
): Freshness {
  if (master.freshness !== "fresh") return master.freshness;
  return ageMs(master.heardAt, now) > STALE_INTERVALS * master.intervalMs ? "stale" : "fresh";
}

/** The monitor says something every five seconds at least. */
const SILENT_AFTER_MS = 10_000;

/** What is wrong with what is shown, the gravest first; `undefined`: nothing. */
export type Trouble = "lost" | "silent" | "cut-off" | "replay-over" | undefined;

export function troubleOf(status: MonitorStatus | undefined, isConnected: boolean, silentMs: number): Trouble {
  if (!isConnected) return status === undefined ? undefined : "lost";
  if (silentMs > SILENT_AFTER_MS) return "silent";
  if (status?.isCutOff === true) return "cut-off";
  return status?.replay?.isOver === true ? "replay-over" : undefined;
}
