import { type Exchange, type MonitoredNotice, monitorLimits } from "@mutirao/operator-api/monitor";
import type { EpochMs } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import { severityOf } from "../policies/severity.ts";

/** The message that a notice tells of. */
export type ToldExchange = Omit<Exchange, "n" | "at">;

/** What masters, and the monitor itself, had to tell: the latest of it. */
export interface Journal {
  /** @param master `null`: the monitor itself. */
  tell(master: string | null, kind: string, data: MonitoredNotice["data"], at: EpochMs): void;
  /** A message of the conversation. */
  converse(exchange: ToldExchange, at: EpochMs): void;
  readonly notices: readonly MonitoredNotice[];
  readonly exchanges: readonly Exchange[];
  /** What was told since the last time. */
  take(): { readonly notices: readonly MonitoredNotice[]; readonly exchanges: readonly Exchange[] };
  restore(notices: readonly MonitoredNotice[]): void;
}

/** Whoever tells more than this between two looks is not told of in full. */
const UNTAKEN_MAX = 1_000;
const DATA_MAX_LENGTH = 4 * 1_024;
const { recentMax } = monitorLimits;

export function createJournal(): Journal {
  let notices: MonitoredNotice[] = [];
  let exchanges: Exchange[] = [];
  let newNotices: MonitoredNotice[] = [];
  let newExchanges: Exchange[] = [];
  let lastNotice = 0;
  let lastExchange = 0;

  return {
    get notices() {
      return notices;
    },
    get exchanges() {
      return exchanges;
    },
    converse(exchange, at) {
      const entry = { n: ++lastExchange, at: formatIsoTime(at), ...exchange };
      exchanges = latest(exchanges, entry, recentMax);
      newExchanges = latest(newExchanges, entry, UNTAKEN_MAX);
    },
    tell(master, kind, data, at) {
      const entry = {
        n: ++lastNotice,
        at: formatIsoTime(at),
        master,
        kind,
        severity: severityOf(kind, data),
        data: bounded(data),
      };
      notices = latest(notices, entry, recentMax);
      newNotices = latest(newNotices, entry, UNTAKEN_MAX);
    },
    take() {
      const taken = { notices: newNotices, exchanges: newExchanges };
      newNotices = [];
      newExchanges = [];
      return taken;
    },
    restore(past) {
      notices = past.slice(-recentMax);
      lastNotice = Math.max(0, ...past.map(({ n }) => n));
    },
  };
}

/** Appends in place, and lets go of the oldest. */
function latest<T>(items: T[], item: T, max: number): T[] {
  items.push(item);
  if (items.length > max) items.shift();
  return items;
}

function bounded(data: MonitoredNotice["data"]): MonitoredNotice["data"] {
  return JSON.stringify(data).length <= DATA_MAX_LENGTH ? data : { leftOut: "more than 4 KiB" };
}
