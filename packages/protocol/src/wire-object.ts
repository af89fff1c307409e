import type { LineViolation } from "./errors.ts";
import { printable } from "./printable.ts";

/** The fields of one line as they came: known ones are picked out by the specs, the rest is never stored. */
export type WireObject = Readonly<Record<string, unknown>>;

export type ParsedLine = { readonly fields: WireObject } | { readonly violation: LineViolation };

const DEPTH_MAX = 32;
const KEYS_MAX = 256;
const ITEMS_MAX = 1_024;
/** Below this length a line cannot have too many keys or items: 257 keys take at least five characters each. */
const NARROW_LENGTH = 5 * KEYS_MAX;

/**
 * Parses a line into an object. The shape is checked before `JSON.parse`, since text that parses may still be too deep
 * for everything that would later walk it.
 */
export function parseWireObject(line: string): ParsedLine {
  const shape = shapeViolation(line);
  if (shape !== undefined) return { violation: shape };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { violation: { code: "ERR_LINE_NOT_JSON", detail: `not JSON: ${printable(line)}`, fatal: false } };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { violation: { code: "ERR_LINE_NOT_OBJECT", detail: `not an object: ${printable(line)}`, fatal: true } };
  }
  return { fields: value as WireObject };
}

function shapeViolation(line: string): LineViolation | undefined {
  if (line.length < NARROW_LENGTH && !hasManyOpenings(line)) return undefined;
  return scanShape(line);
}

/** Whether the line has more than {@link DEPTH_MAX} opening brackets, wherever they stand. Cheap: most lines have one. */
function hasManyOpenings(line: string): boolean {
  let openings = 0;
  for (const bracket of ["{", "["]) {
    for (let at = line.indexOf(bracket); at !== -1; at = line.indexOf(bracket, at + 1)) {
      openings += 1;
      if (openings > DEPTH_MAX) return true;
    }
  }
  return false;
}

/** One pass over the text, outside strings: depth by brackets, width by the commas at each level. */
function scanShape(line: string): LineViolation | undefined {
  const commas: number[] = [];
  const limits: number[] = [];
  for (let index = 0; index < line.length; index++) {
    switch (line.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(line, index);
        break;
      case BRACE_OPEN:
      case BRACKET_OPEN:
        commas.push(0);
        limits.push(line.charCodeAt(index) === BRACE_OPEN ? KEYS_MAX : ITEMS_MAX);
        if (commas.length > DEPTH_MAX) {
          return { code: "ERR_LINE_TOO_DEEP", detail: `nested deeper than ${DEPTH_MAX} levels`, fatal: true };
        }
        break;
      case BRACE_CLOSE:
      case BRACKET_CLOSE:
        commas.pop();
        limits.pop();
        break;
      case COMMA: {
        const level = commas.length - 1;
        const count = (commas[level] ?? 0) + 1;
        const limit = limits[level];
        if (limit === undefined) break;
        commas[level] = count;
        if (count >= limit) {
          return { code: "ERR_LINE_TOO_WIDE", detail: `more than ${limit} keys or items at one level`, fatal: false };
        }
        break;
      }
    }
  }
  return undefined;
}

/** The index of the quote that ends the string begun at `start`, or the last index if none does. */
function endOfString(line: string, start: number): number {
  for (let index = start + 1; index < line.length; index++) {
    const unit = line.charCodeAt(index);
    if (unit === QUOTE) return index;
    if (unit === BACKSLASH) index += 1;
  }
  return line.length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
