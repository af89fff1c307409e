import { concernsPeer, concernsWorker, isJournalKind, type JournalEntry, stepOf } from "@mutirao/node-core/journal";

/** An entry as one line of a file. */
export const entryLine = (entry: JournalEntry): string => `${JSON.stringify(entry)}\n`;

/** Reads one back; `undefined` for what is torn, or of a version with other entries. */
export function entryOfLine(line: string): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEntry(value) && isTellable(value) ? value : undefined;
}

function isEntry(value: unknown): value is JournalEntry {
  if (!isRecord(value) || !Number.isSafeInteger(value["n"]) || !Number.isFinite(value["at"])) return false;
  const notice = value["notice"];
  return isRecord(notice) && typeof notice["kind"] === "string" && isJournalKind(notice["kind"]);
}

/** Whatever is asked of entries must be answered by each: one of another version may lack what is told of its kind today. */
function isTellable(entry: JournalEntry): boolean {
  try {
    stepOf(entry);
    concernsPeer(entry.notice, { address: "", id: undefined });
    concernsWorker(entry.notice, "");
    return true;
  } catch {
    return false;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
