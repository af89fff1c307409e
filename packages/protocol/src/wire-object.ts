import type { LineViolation } from "./errors.ts";
import { type ShapeProblem, shapeProblem } from "./json-shape.ts";
import { DEPTH_MAX, ITEMS_MAX, KEYS_MAX } from "./limits.ts";
import { printable } from "./printable.ts";

/** The fields of one line as they came: known ones are picked out by the specs, the rest is never stored. */
export type WireObject = Readonly<Record<string, unknown>>;

export type ParsedLine = { readonly fields: WireObject } | { readonly violation: LineViolation };

/** Parses a line into an object. The shape is checked before `JSON.parse`. */
export function parseWireObject(line: string): ParsedLine {
  const shape = shapeProblem(line, DEPTH_MAX);
  if (shape !== undefined) return { violation: shapeViolations[shape] };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { violation: { code: "ERR_LINE_NOT_JSON", detail: `not JSON: ${printable(line)}`, fatal: false } };
  }
  if (!isWireObject(value)) {
    return { violation: { code: "ERR_LINE_NOT_OBJECT", detail: `not an object: ${printable(line)}`, fatal: true } };
  }
  return { fields: value };
}

export function isWireObject(value: unknown): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const shapeViolations: Readonly<Record<ShapeProblem, LineViolation>> = {
  "too-deep": { code: "ERR_LINE_TOO_DEEP", detail: `nested deeper than ${DEPTH_MAX} levels`, fatal: true },
  "too-wide": {
    code: "ERR_LINE_TOO_WIDE",
    detail: `more than ${KEYS_MAX} keys or ${ITEMS_MAX} items at one level`,
    fatal: false,
  },
};
