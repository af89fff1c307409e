import { type JsonText, jsonText } from "@mutirao/primitives";
import { shapeProblem } from "./json-shape.ts";
import { ITEMS_MAX, KEYS_MAX, PAYLOAD_DEPTH_MAX, PAYLOAD_MAX_BYTES } from "./limits.ts";
import { asciiJson } from "./printable.ts";

/** A payload, or what is wrong with it in words that end the sentence "the payload ...". */
export type CheckedPayload = { readonly payload: JsonText } | { readonly problem: string };

/**
 * Reads any JSON text as the payload or the result of a task: one that every line can carry. It comes back in one
 * spelling: ASCII, on one line, numbers as JavaScript has them, of equal keys the last.
 */
export function checkPayload(text: string): CheckedPayload {
  if (text.length > PAYLOAD_MAX_BYTES) return TOO_LONG;
  const shape = shapeProblem(text, PAYLOAD_DEPTH_MAX);
  if (shape === "too-deep") return { problem: `is nested deeper than ${PAYLOAD_DEPTH_MAX} levels` };
  if (shape === "too-wide") return { problem: `has more than ${KEYS_MAX} keys or ${ITEMS_MAX} items at one level` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" };
  }
  const payload = asciiJson(value);
  // A number above 1.8e308 is read as Infinity, which JSON cannot spell: it comes out as null.
  if (payload.includes("null") && hasInfinity(value)) return { problem: "has a number that is too large" };
  return payload.length > PAYLOAD_MAX_BYTES ? TOO_LONG : { payload: jsonText(payload) };
}

const TOO_LONG: CheckedPayload = { problem: `takes more than ${PAYLOAD_MAX_BYTES} bytes (as JSON in ASCII)` };

function hasInfinity(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasInfinity);
}
