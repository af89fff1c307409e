import type { Notice } from "@mutirao/node-core";
import { createBoundedMap, formatEndpoint } from "@mutirao/primitives";
import type { Logger } from "pino";
import type { Entries, Entry } from "./notices/entry.ts";
import { lendingEntries } from "./notices/lending-entries.ts";
import { masterEntries } from "./notices/master-entries.ts";
import { nodeEntries } from "./notices/node-entries.ts";
import { isRoutine } from "./notices/routine.ts";
import { workerEntries } from "./notices/worker-entries.ts";

const PER_MINUTE_MAX = 10;
const MINUTE_MS = 60_000;
const SOURCES_MAX = 1_024;

interface Ration {
  readonly minuteEndsAt: number;
  readonly told: number;
  readonly left: number;
}

/**
 * Writes notices to a log, at most ten a minute of each kind and source; how many were left out is said with the next.
 *
 * @param nowMs a monotonic clock in milliseconds.
 */
export function createNoticeLog(logger: Logger, nowMs: () => number): (notice: Notice) => void {
  const rations = createBoundedMap<string, Ration>(SOURCES_MAX);
  /** Why the last beat to each peer failed: the same reason over and over is news only once. */
  const failures = createBoundedMap<string, string>(SOURCES_MAX);

  const isNews = (notice: Notice): boolean => {
    if (notice.kind === "peer-transitioned") failures.delete(formatEndpoint(notice.transition.endpoint));
    if (notice.kind !== "beat-failed") return true;
    const peer = formatEndpoint(notice.peer);
    const isNew = failures.get(peer) !== notice.reason.code;
    failures.set(peer, notice.reason.code);
    return isNew;
  };

  return (notice) => {
    if (isRoutine(notice) && !logger.isLevelEnabled("debug")) return;
    const entry = entryOf(notice);
    if (entry === undefined) return;
    const level = isNews(notice) ? entry.level : "debug";
    if (!logger.isLevelEnabled(level)) return;
    const key = `${notice.kind} ${entry.source}`;
    const now = nowMs();
    const known = rations.get(key);
    const isSameMinute = known !== undefined && now < known.minuteEndsAt;
    const ration = isSameMinute ? known : { minuteEndsAt: now + MINUTE_MS, told: 0, left: known?.left ?? 0 };
    if (ration.told >= PER_MINUTE_MAX) {
      rations.set(key, { ...ration, left: ration.left + 1 });
      return;
    }
    rations.set(key, { ...ration, told: ration.told + 1, left: 0 });
    const leftOut = ration.left === 0 ? {} : { leftOut: ration.left };
    logger[level]({ event: notice.kind, ...entry.fields, ...leftOut }, entry.text);
  };
}

const entries: Entries<Notice["kind"]> = { ...nodeEntries, ...masterEntries, ...lendingEntries, ...workerEntries };

function entryOf<K extends Notice["kind"]>(notice: Extract<Notice, { readonly kind: K }>): Entry | undefined {
  const tell: (notice: Extract<Notice, { readonly kind: K }>) => Entry | undefined = entries[notice.kind as K];
  return tell(notice);
}
