import { jsonText } from "@mutirao/primitives";
import { type AttemptOutcome, asciiJson } from "@mutirao/protocol";
import { expect } from "vitest";

/** The outcome of a run that gave this. */
export const ok = (value: unknown): AttemptOutcome => ({ isOk: true, output: jsonText(asciiJson(value)) });

/** The outcome of a run that failed so, for a matcher. */
export const nok = (code: string, message: RegExp | string): unknown => ({
  isOk: false,
  code,
  message: typeof message === "string" ? message : expect.stringMatching(message),
});

export const cancelled = nok("ERR_TASK_CANCELLED", /cancelled/);
export const timedOut = nok("ERR_TASK_TIMEOUT", /longer than its [\d.]+ s/);
