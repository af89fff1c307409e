import { beatErrors, type Notice } from "@mutirao/node-core";
import { createBoundedMap, formatEndpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import { transportErrors } from "@mutirao/transport";
import type { Logger } from "pino";

/** A notice in the words of a log: its level, its sentence, and its figures. Foreign text in it is made safe. */
interface Entry {
  readonly level: "debug" | "info" | "warn";
  readonly text: string;
  /** Whose doing it is; entries are rationed per notice and source. */
  readonly source: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the reasons of a failed beat mean, and what to do. */
const meanings = { ...transportErrors, ...beatErrors } as const;

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

function entryOf(notice: Notice): Entry | undefined {
  switch (notice.kind) {
    case "registry-due":
      return undefined;
    case "peer-transitioned": {
      const { peer, endpoint, from, to, reason } = notice.transition;
      const id = printable(peer);
      const at = formatEndpoint(endpoint);
      const level = to === "ALIVE" ? "info" : "warn";
      return {
        level,
        text: `peer ${id} at ${at}: ${from} -> ${to} (${reason})`,
        source: id,
        fields: { peer: id, at, from, to, reason },
      };
    }
    case "beat-failed": {
      const at = formatEndpoint(notice.peer);
      const { code } = notice.reason;
      const detail = "detail" in notice.reason ? { detail: notice.reason.detail } : {};
      return {
        level: "info",
        text: `no answer from ${at}: ${meanings[code]} [${code}]`,
        source: at,
        fields: { at, code, ...detail },
      };
    }
    case "peer-moved": {
      const id = printable(notice.peer);
      const [from, to] = [formatEndpoint(notice.from), formatEndpoint(notice.to)];
      return {
        level: "info",
        text: `peer ${id} moved from ${from} to ${to}`,
        source: id,
        fields: { peer: id, from, to },
      };
    }
    case "id-shared": {
      const id = printable(notice.peer);
      const at = notice.at.map(formatEndpoint);
      const text = `two live addresses answer as ${id}: ${at.join(" and ")}; give each node its own --id, or name it by one address`;
      return { level: "warn", text, source: id, fields: { peer: id, at } };
    }
    case "self-found": {
      const at = formatEndpoint(notice.at);
      const text = `${at} answers with our own id and is ignored: it is this node itself, or another one with the same --id`;
      return { level: "warn", text, source: at, fields: { at } };
    }
    case "stalled": {
      const lateByMs = Math.round(notice.lateByMs);
      const text = `this process did not run for ${lateByMs} ms; nobody is accused before a fresh round of beats`;
      return { level: "warn", text, source: "", fields: { lateByMs } };
    }
    case "stranger-heard": {
      const [stranger, from] = [printable(notice.stranger), formatEndpoint(notice.remote)];
      const text = `${stranger} beats us from ${from} and is not among our peers (yet)`;
      return { level: "info", text, source: notice.remote.host, fields: { stranger, from } };
    }
    case "line-refused": {
      const from = formatEndpoint(notice.remote);
      const { code, detail } = notice.violation;
      return {
        level: "warn",
        text: `bad line from ${from}: ${detail}`,
        source: notice.remote.host,
        fields: { from, code, detail },
      };
    }
    case "source-muted": {
      const { host, forMs } = notice;
      return {
        level: "warn",
        text: `${host} sent too many bad lines and is muted for ${forMs / 1_000} s`,
        source: host,
        fields: { host, forMs },
      };
    }
    case "message-unknown": {
      const [from, word] = [formatEndpoint(notice.remote), notice.word];
      return {
        level: "info",
        text: `ignored a message with ${word} from ${from}`,
        source: notice.remote.host,
        fields: { from, word },
      };
    }
  }
}
