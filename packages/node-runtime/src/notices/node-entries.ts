import { beatErrors } from "@mutirao/node-core";
import { formatEndpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import { transportErrors } from "@mutirao/transport";
import type { Entries } from "./entry.ts";

/** What the reasons of a failed beat mean, and what to do. */
const meanings = { ...transportErrors, ...beatErrors } as const;

/** What every node tells. */
export const nodeEntries: Entries<
  | "registry-due"
  | "peer-transitioned"
  | "beat-failed"
  | "peer-moved"
  | "id-shared"
  | "self-found"
  | "stalled"
  | "stranger-heard"
  | "line-refused"
  | "source-muted"
  | "message-unknown"
> = {
  "registry-due": () => undefined,
  "peer-transitioned"({ transition: { peer, endpoint, from, to, reason } }) {
    const id = printable(peer);
    const at = formatEndpoint(endpoint);
    return {
      level: to === "ALIVE" ? "info" : "warn",
      text: `peer ${id} at ${at}: ${from} -> ${to} (${reason})`,
      source: id,
      fields: { peer: id, at, from, to, reason },
    };
  },
  "beat-failed"({ peer, reason }) {
    const at = formatEndpoint(peer);
    const { code } = reason;
    const detail = "detail" in reason ? { detail: reason.detail } : {};
    return {
      level: "info",
      text: `no answer from ${at} [${code}]. ${meanings[code].replaceAll("`", "")}`,
      source: at,
      fields: { at, code, ...detail },
    };
  },
  "peer-moved"(notice) {
    const id = printable(notice.peer);
    const [from, to] = [formatEndpoint(notice.from), formatEndpoint(notice.to)];
    return {
      level: "info",
      text: `peer ${id} moved from ${from} to ${to}`,
      source: id,
      fields: { peer: id, from, to },
    };
  },
  "id-shared"(notice) {
    const id = printable(notice.peer);
    const at = notice.at.map(formatEndpoint);
    const text = `two live addresses answer as ${id}: ${at.join(" and ")}; give each node its own --id, or name it by one address`;
    return { level: "warn", text, source: id, fields: { peer: id, at } };
  },
  "self-found"(notice) {
    const at = formatEndpoint(notice.at);
    const text = `${at} answers with our own id and is ignored: it is this node itself, or another one with the same --id`;
    return { level: "warn", text, source: at, fields: { at } };
  },
  stalled(notice) {
    const lateByMs = Math.round(notice.lateByMs);
    const text = `this process did not run for ${lateByMs} ms; nobody is accused before a fresh round of beats`;
    return { level: "warn", text, source: "", fields: { lateByMs } };
  },
  "stranger-heard"(notice) {
    const [stranger, from] = [printable(notice.stranger), formatEndpoint(notice.remote)];
    const text = `${stranger} beats us from ${from} and is not among our peers (yet)`;
    return { level: "info", text, source: notice.remote.host, fields: { stranger, from } };
  },
  "line-refused"({ remote, violation: { code, detail } }) {
    const from = formatEndpoint(remote);
    return {
      level: "warn",
      text: `bad line from ${from}: ${detail}`,
      source: remote.host,
      fields: { from, code, detail },
    };
  },
  "source-muted"({ host, forMs }) {
    const text = `${host} sent too many bad lines and is muted for ${forMs / 1_000} s`;
    return { level: "warn", text, source: host, fields: { host, forMs } };
  },
  "message-unknown"(notice) {
    const [from, word] = [formatEndpoint(notice.remote), notice.word];
    const text = `ignored a message with ${word} from ${from}`;
    return { level: "info", text, source: notice.remote.host, fields: { from, word } };
  },
};
