/** What is wrong with a line, by stable code. `docs/errors.md` is generated from this table. */
export const lineErrors = {
  ERR_LINE_TOO_LONG: "The line is longer than the limit (8 KiB until the sender is known, then 64 KiB).",
  ERR_LINE_NOT_UTF8: "The line is not valid UTF-8.",
  ERR_LINE_NOT_JSON: "The line is not JSON. Send one JSON object per line, in double quotes, ended by a newline.",
  ERR_LINE_NOT_OBJECT: "The line is JSON, but not an object.",
  ERR_LINE_TOO_DEEP: "The JSON is nested deeper than 32 levels.",
  ERR_LINE_TOO_WIDE: "The JSON has more than 256 keys in an object or more than 1,024 items in an array.",
  ERR_FIELD_INVALID: "A field that the message needs is missing, or is of the wrong type or out of range.",
} as const;

export type LineErrorCode = keyof typeof lineErrors;

/** A line that cannot be understood. It is a value, never an exception: whoever sent it is not our mistake. */
export interface LineViolation {
  readonly code: LineErrorCode;
  /** What was found, safe to print: at most 128 characters, control characters escaped. */
  readonly detail: string;
  /** Whether the sender cannot be a node at all, so that its connection closes; otherwise only the line is dropped. */
  readonly fatal: boolean;
}
