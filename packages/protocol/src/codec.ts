import { assert } from "@mutirao/primitives";
import type { LineViolation } from "./errors.ts";
import type { Message, SendableMessage } from "./messages.ts";
import { printable } from "./printable.ts";
import { encodeLine, specOf } from "./tasks/index.ts";
import { parseWireObject, type WireObject } from "./wire-object.ts";

/** What a line says, or what is wrong with it. */
export type Decoded = { readonly message: Message } | { readonly violation: LineViolation };

/**
 * Reads one line. Never throws, whatever the line holds, and keeps nothing of it but the fields that are known.
 */
export function decodeLine(line: string): Decoded {
  const parsed = parseWireObject(line);
  if ("violation" in parsed) return parsed;
  const spec = specOf(parsed.fields);
  if (spec === undefined) return { message: { kind: "unknown", word: controlWord(parsed.fields) } };
  const message = spec.decode(parsed.fields);
  if (!("problem" in message)) return { message };
  const { problem, isFatal = false } = message;
  return { violation: { code: "ERR_FIELD_INVALID", detail: `${spec.kind}: ${problem}`, fatal: isFatal } };
}

/** The last line of a connection, and what it said. */
export interface LineMemory {
  lastLine: string | undefined;
  lastDecoded: Decoded | undefined;
}

/** A long line is not worth its memory, once per connection. */
const REMEMBERED_LENGTH_MAX = 256;

/**
 * Reads a line of a connection. Peers repeat themselves (a heartbeat is the same line, beat after beat), and reading is
 * a pure function of the line, so a line that equals the one before it is not read again.
 */
export function decodeLineWith(memory: LineMemory, line: string): Decoded {
  if (memory.lastDecoded !== undefined && line === memory.lastLine) return memory.lastDecoded;
  const decoded = decodeLine(line);
  const isWorthIt = line.length <= REMEMBERED_LENGTH_MAX;
  // A line is a slice of its chunk's text, and would keep all of that alive; joining and cutting makes a copy.
  memory.lastLine = isWorthIt ? ` ${line}`.slice(1) : undefined;
  memory.lastDecoded = isWorthIt ? decoded : undefined;
  return decoded;
}

/**
 * Writes one line in ASCII, its newline included: at most {@link CLASS_LINE_MAX_BYTES} in the class's words, at most
 * {@link SESSION_LINE_MAX_BYTES} between nodes of ours and to a supervisor.
 */
export function encodeMessage(message: SendableMessage): string {
  const { line, maxBytes } = encodeLine(message);
  assert(line.length < maxBytes, "every reader takes our lines in one piece");
  return `${line}\n`;
}

/** How many bytes {@link encodeMessage} would write. Unlike that, it takes messages of any size. */
export const encodedBytes = (message: SendableMessage): number => encodeLine(message).line.length + 1;

/** The word by which a line would have been known, safe to print. */
function controlWord(fields: WireObject): string {
  for (const key of ["TASK", "STATUS", "RESPONSE"]) {
    const word = fields[key];
    if (typeof word === "string") return `${key} ${printable(word)}`;
  }
  return "no TASK, STATUS or RESPONSE";
}
