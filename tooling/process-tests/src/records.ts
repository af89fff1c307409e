import type { RunningProcess } from "./processes.ts";

/** One JSON line that a process printed: an entry of a log, or a foreign peer's report. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** The line as an object, or `undefined` if it is not JSON. */
export function parseRecord(line: string): LogRecord | undefined {
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return undefined;
  }
}

/** The record, if it carries these fields. */
export function matching<T extends object>(record: T | undefined, fields: Partial<T>): T | undefined {
  const isMatch =
    record !== undefined && Object.entries(fields).every(([key, value]) => record[key as keyof T] === value);
  return isMatch ? record : undefined;
}

/**
 * The first entry with these fields that the process writes to its log, now or before; or rejects, when it ends.
 *
 * @param from how many of the log's lines are of no interest.
 */
export const logged = (
  { stderr }: Pick<RunningProcess, "stderr">,
  fields: LogRecord,
  from?: number,
): Promise<LogRecord> => stderr.find(JSON.stringify(fields), (line) => matching(parseRecord(line), fields), from);

/** Of the entries of a log so far, those that are meant. */
export const entriesOf = (
  { stderr }: Pick<RunningProcess, "stderr">,
  isMeant: (entry: LogRecord) => boolean,
): readonly LogRecord[] =>
  stderr.lines
    .map((line) => parseRecord(line))
    .filter((entry) => entry !== undefined)
    .filter(isMeant);

/** The message that a foreign peer reported as text under this key, parsed. */
export function messageOf(report: LogRecord, key = "line"): LogRecord {
  return JSON.parse(String(report[key])) as LogRecord;
}
