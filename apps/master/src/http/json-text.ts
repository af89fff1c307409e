/** What a JSON text says, or why it says nothing. */
export type ParsedJson = { readonly value: unknown } | { readonly problem: "not-json" | "number-too-large" };

/** What a number above 1.8e308 looks like, and little else. */
const HUGE_NUMBER = /\de\+?\d{3}|\d{300}/i;

/**
 * Parses JSON. `JSON.parse` reads a number that is too large as Infinity, which would be handed on as null: nobody meant
 * that.
 */
export function parseJson(text: string): ParsedJson {
  let isSpellable = true;
  const look = (_: string, value: unknown): unknown => {
    if (typeof value === "number" && !Number.isFinite(value)) isSpellable = false;
    return value;
  };
  try {
    const value: unknown = HUGE_NUMBER.test(text) ? JSON.parse(text, look) : JSON.parse(text);
    return isSpellable ? { value } : { problem: "number-too-large" };
  } catch {
    return { problem: "not-json" };
  }
}
