import { ITEMS_MAX, KEYS_MAX } from "./limits.ts";

export type ShapeProblem = "too-deep" | "too-wide";

/** Below this length a text cannot have too many keys or items: 257 keys take at least five characters each. */
const NARROW_LENGTH = 5 * KEYS_MAX;

/**
 * Whether JSON is nested deeper than `depthMax`, or has too many keys or items at one level, judged by its text: one
 * that parses may still be too deep for everything that would later walk it.
 */
export function shapeProblem(text: string, depthMax: number): ShapeProblem | undefined {
  if (text.length < NARROW_LENGTH && !hasManyOpenings(text, depthMax)) return undefined;
  return scanShape(text, depthMax);
}

/** Whether the text has more than `max` opening brackets, wherever they stand. Cheap: most lines have one. */
function hasManyOpenings(text: string, max: number): boolean {
  let openings = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      openings += 1;
      if (openings > max) return true;
    }
  }
  return false;
}

/** One pass over the text, outside strings: depth by brackets, width by the commas at each level. */
function scanShape(text: string, depthMax: number): ShapeProblem | undefined {
  const outer: { readonly commas: number; readonly limit: number }[] = [];
  let commas = 0;
  let limit = Number.POSITIVE_INFINITY;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case COMMA:
        commas += 1;
        if (commas >= limit) return "too-wide";
        break;
      case BRACE_OPEN:
      case BRACKET_OPEN:
        if (outer.length === depthMax) return "too-deep";
        outer.push({ commas, limit });
        commas = 0;
        limit = text.charCodeAt(index) === BRACE_OPEN ? KEYS_MAX : ITEMS_MAX;
        break;
      case BRACE_CLOSE:
      case BRACKET_CLOSE: {
        const level = outer.pop();
        if (level === undefined) return undefined;
        ({ commas, limit } = level);
        break;
      }
    }
  }
  return undefined;
}

/** The index of the quote that ends the string begun at `start`, or the length of the text if none does. */
function endOfString(text: string, start: number): number {
  // Searching is many times faster than looking at each character, and most of a long line is within strings.
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    const isEscaped = (quote - before) % 2 === 0;
    if (!isEscaped) return quote;
  }
  return text.length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
