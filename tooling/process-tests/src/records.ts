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

/** The message that a foreign peer reported as text under this key, parsed. */
export function messageOf(report: LogRecord, key = "line"): LogRecord {
  return JSON.parse(String(report[key])) as LogRecord;
}
