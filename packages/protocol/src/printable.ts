const PRINTABLE_MAX = 128;

/**
 * Foreign text made safe to print: everything outside printable ASCII is escaped as in JSON, so that it can neither
 * forge a line of a log nor steer a terminal, and what is over 128 characters is cut, with "...".
 */
export function printable(text: string, lengthMax: number = PRINTABLE_MAX): string {
  // Escaping makes a text at most six times longer, so cutting first bounds the work on a huge one.
  const escaped = text.slice(0, lengthMax + 1).replace(/[^ -~]/g, escapeUnit);
  return escaped.length > lengthMax ? `${escaped.slice(0, lengthMax - 3)}...` : escaped;
}

/** JSON in ASCII: some readers split lines at U+2028 and U+0085, which JSON allows within strings. */
export const asciiJson = (value: unknown): string => inAscii(JSON.stringify(value));

/** The same JSON in ASCII, of JSON that is on one line. */
export const inAscii = (json: string): string => json.replace(/[^ -~]/g, escapeUnit);

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
