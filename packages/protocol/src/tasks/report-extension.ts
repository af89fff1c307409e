import type { EpochMs } from "@mutirao/primitives";
import { formatIsoTime, parseIsoTime } from "../iso-time.ts";
import { ITEMS_MAX, WORD_MAX } from "../limits.ts";
import { asciiJson, printable } from "../printable.ts";
import {
  type ReportExtension,
  type ReportedLoan,
  type ReportedNotice,
  type ReportedPeer,
  type ReportedWorker,
  type ReportFigures,
  reportFigureNames,
} from "../report-extension.ts";
import { isWireObject, type WireObject } from "../wire-object.ts";
import { extension, extensionOf } from "./extension.ts";
import { ID_MAX } from "./fields.ts";

/** A figure, which some write as a text; `undefined` if it is none, or negative. */
export function figureOf(value: unknown): number | undefined {
  const figure = typeof value === "string" && /^\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value;
  return typeof figure === "number" && figure >= 0 && figure < Number.POSITIVE_INFINITY ? figure : undefined;
}

export const timeOf = (value: unknown): EpochMs | undefined =>
  typeof value === "string" ? parseIsoTime(value) : undefined;

/** Reads what is there and makes sense; nothing in it costs the line. */
export function readReportExtension(fields: WireObject): ReportExtension | undefined {
  const words = extensionOf(fields);
  if (words === undefined) return undefined;
  const { causes } = words;
  return {
    state: wordOf(words["state"]),
    causes: Array.isArray(causes) ? causes.flatMap((cause) => wordOf(cause) ?? []).slice(0, CAUSES_MAX) : [],
    since: timeOf(words["since"]),
    http: idOf(words["http"]),
    figures: readFigures(words["figures"]),
    peers: readItems(words["peers"], readPeer),
    workers: readItems(words["workers"], readWorker),
    loans: readItems(words["loans"], readLoan),
    notices: readItems(words["notices"], readNotice),
  };
}

const CAUSES_MAX = 16;

function readFigures(value: unknown): ReportFigures {
  const fields = isWireObject(value) ? value : {};
  const known = reportFigureNames.flatMap((name) => {
    const figure = figureOf(fields[name]);
    return figure === undefined ? [] : [[name, figure] as const];
  });
  return Object.fromEntries(known);
}

function readItems<T>(value: unknown, read: (fields: WireObject) => T | undefined): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => (isWireObject(item) ? (read(item) ?? []) : []));
}

const idOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.length > 0 && value.length <= ID_MAX ? value : undefined;

const wordOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.length > 0 ? printable(value, WORD_MAX) : undefined;

function readPeer(fields: WireObject): ReportedPeer | undefined {
  const [id, status] = [idOf(fields["id"]), wordOf(fields["status"])];
  if (id === undefined || status === undefined) return undefined;
  return { id, at: idOf(fields["at"]), status, lastSeenAt: timeOf(fields["lastSeenAt"]) };
}

function readWorker(fields: WireObject): ReportedWorker | undefined {
  const [id, status] = [idOf(fields["id"]), wordOf(fields["status"])];
  if (id === undefined || status === undefined) return undefined;
  const [slots, busy] = [figureOf(fields["slots"]), figureOf(fields["busy"])];
  return { id, status, slots, busy, owner: idOf(fields["owner"]) };
}

function readLoan(fields: WireObject): ReportedLoan | undefined {
  const [id, worker, state] = [idOf(fields["id"]), idOf(fields["worker"]), wordOf(fields["state"])];
  const [lender, borrower] = [idOf(fields["lender"]), idOf(fields["borrower"])];
  if (id === undefined || worker === undefined || state === undefined) return undefined;
  if (lender === undefined || borrower === undefined) return undefined;
  return { id, worker, lender, borrower, state, endsAt: timeOf(fields["endsAt"]) };
}

function readNotice(fields: WireObject): ReportedNotice | undefined {
  const { n, data } = fields;
  const [at, kind] = [timeOf(fields["at"]), wordOf(fields["kind"])];
  if (!Number.isSafeInteger(n) || at === undefined || kind === undefined || !isWireObject(data)) return undefined;
  return { n: Number(n), at, kind, data };
}

/** Each list has a part of the line of its own: a crowd of one thing does not keep the others out. */
const PEERS_MAX_BYTES = 6 * 1_024;
const WORKERS_MAX_BYTES = 10 * 1_024;
const LOANS_MAX_BYTES = 5 * 1_024;
/** Lines of the conversation are among them, and are longer than what decisions say. */
const NOTICES_MAX_BYTES = 13 * 1_024;

const isoOf = (at: EpochMs | undefined): string | null => (at === undefined ? null : formatIsoTime(at));

/** As many of each list as fit; of the notices, the latest. */
export function writeReportExtension(words: ReportExtension): WireObject {
  const notices = words.notices.map((notice) => ({ ...notice, at: isoOf(notice.at) })).reverse();
  return extension({
    state: words.state,
    causes: words.causes.slice(0, CAUSES_MAX),
    since: isoOf(words.since),
    http: words.http,
    figures: words.figures,
    peers: fitting(PEERS_MAX_BYTES, words.peers, (peer) => ({ ...peer, lastSeenAt: isoOf(peer.lastSeenAt) })),
    workers: fitting(WORKERS_MAX_BYTES, words.workers, (worker) => ({ ...worker, owner: worker.owner ?? null })),
    loans: fitting(LOANS_MAX_BYTES, words.loans, (loan) => ({ ...loan, endsAt: isoOf(loan.endsAt) })),
    notices: fitting(NOTICES_MAX_BYTES, notices, (notice) => notice).reverse(),
  });
}

function fitting<T>(maxBytes: number, items: readonly T[], write: (item: T) => WireObject): WireObject[] {
  const written: WireObject[] = [];
  let bytes = 0;
  for (const item of items) {
    const fields = write(item);
    bytes += asciiJson(fields).length + 1;
    if (bytes > maxBytes || written.length === ITEMS_MAX) break;
    written.push(fields);
  }
  return written;
}
