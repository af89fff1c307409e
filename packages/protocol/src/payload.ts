import { type JsonText, jsonText } from "@mutirao/primitives";
import { shapeProblem } from "./json-shape.ts";
import { ITEMS_MAX, KEYS_MAX, PAYLOAD_DEPTH_MAX, PAYLOAD_MAX_BYTES } from "./limits.ts";
import { asciiJson, inAscii } from "./printable.ts";

/** A payload, or what is wrong with it in words that end the sentence "the payload ...". */
export type CheckedPayload = { readonly payload: JsonText } | { readonly problem: string };

/**
 * Reads any JSON text as the payload or the result of a task: one that every line can carry. It comes back in one
 * spelling: ASCII, on one line, numbers as JavaScript has them, of equal keys the last.
 */
export function checkPayload(text: string): CheckedPayload {
  const problem = problemOf(text);
  if (problem !== undefined) return problem;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" };
  }
  return checkSpelling(value, asciiJson(value));
}

/** As `checkPayload`, of what is parsed already. @param value as `JSON.parse` gives it. */
export function checkPayloadValue(value: unknown): CheckedPayload {
  const text = written(value);
  if (text === undefined) return { problem: "is nested too deeply" };
  return problemOf(text) ?? checkSpelling(value, inAscii(text));
}

/** What was parsed can be so deep that it cannot be written again: `JSON.parse` needs no stack, `JSON.stringify` does. */
function written(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function problemOf(text: string): { readonly problem: string } | undefined {
  if (text.length > PAYLOAD_MAX_BYTES) return TOO_LONG;
  const shape = shapeProblem(text, PAYLOAD_DEPTH_MAX);
  if (shape === "too-deep") return { problem: `is nested deeper than ${PAYLOAD_DEPTH_MAX} levels` };
  if (shape === "too-wide") return { problem: `has more than ${KEYS_MAX} keys or ${ITEMS_MAX} items at one level` };
  return undefined;
}

function checkSpelling(value: unknown, payload: string): CheckedPayload {
  // A number above 1.8e308 is read as Infinity, which JSON cannot spell: it comes out as null.
  if (payload.includes("null") && hasInfinity(value)) return { problem: "has a number that is too large" };
  return payload.length > PAYLOAD_MAX_BYTES ? TOO_LONG : { payload: jsonText(payload) };
}

const TOO_LONG = { problem: `takes more than ${PAYLOAD_MAX_BYTES} bytes (as JSON in ASCII)` };

function hasInfinity(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasInfinity);
}
