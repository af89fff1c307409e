import { isUtf8 } from "node:buffer";
import type { LineErrorCode } from "@mutirao/protocol";

/** A line of a batch, or what is wrong with it. Numbers count from 1, blank lines included. */
export type NdjsonLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly code: Extract<LineErrorCode, "ERR_LINE_TOO_LONG" | "ERR_LINE_NOT_UTF8"> };

/** Cuts a stream of bytes, in any chunking, into lines. Blank ones are left out. */
export interface NdjsonLines {
  push(chunk: Uint8Array): readonly NdjsonLine[];
  /** The stream has ended: a last line without its newline counts. */
  end(): readonly NdjsonLine[];
}

const NEWLINE = 0x0a;
const nothing = new Uint8Array(0);

/**
 * A line that is too long is given out once, and skipped up to its newline: it costs itself, and memory never holds more
 * than the limit of it. All whole lines of a chunk are decoded from UTF-8 in one go; only if that fails, one by one.
 */
export function createNdjsonLines(lineMaxBytes: number): NdjsonLines {
  /** The beginning of a line whose end has not come. */
  let pieces: Uint8Array[] = [];
  let piecesBytes = 0;
  let isSkipping = false;
  let number = 0;

  const takePieces = (last: Uint8Array): Uint8Array => {
    const whole = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    pieces = [];
    piecesBytes = 0;
    return whole;
  };
  const keep = (piece: Uint8Array): readonly NdjsonLine[] => {
    if (isSkipping || piece.length === 0) return [];
    piecesBytes += piece.length;
    if (piecesBytes <= lineMaxBytes) {
      // A copy: the chunk may be a view of a buffer that is used again.
      pieces.push(Uint8Array.from(piece));
      return [];
    }
    takePieces(nothing);
    isSkipping = true;
    return [{ number: number + 1, code: "ERR_LINE_TOO_LONG" }];
  };

  /** @param bytes whole lines, without the newline of the last. */
  const cut = (bytes: Uint8Array): NdjsonLine[] => {
    if (!isUtf8(bytes)) return cutOneByOne(bytes);
    const lines: NdjsonLine[] = [];
    for (const text of Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8").split("\n")) {
      number++;
      if (text.length > lineMaxBytes || (3 * text.length > lineMaxBytes && Buffer.byteLength(text) > lineMaxBytes)) {
        lines.push({ number, code: "ERR_LINE_TOO_LONG" });
      } else if (!isBlank(text)) lines.push({ number, text });
    }
    return lines;
  };
  const cutOneByOne = (bytes: Uint8Array): NdjsonLine[] => {
    const lines: NdjsonLine[] = [];
    for (let from = 0; from <= bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, from);
      const line = bytes.subarray(from, newline === -1 ? bytes.length : newline);
      if (isUtf8(line)) lines.push(...cut(line));
      else {
        number++;
        lines.push({ number, code: line.length > lineMaxBytes ? "ERR_LINE_TOO_LONG" : "ERR_LINE_NOT_UTF8" });
      }
      from += line.length + 1;
    }
    return lines;
  };

  return {
    push(chunk) {
      let rest = chunk;
      if (isSkipping) {
        const newline = chunk.indexOf(NEWLINE);
        if (newline === -1) return [];
        isSkipping = false;
        number++;
        rest = chunk.subarray(newline + 1);
      }
      const last = rest.lastIndexOf(NEWLINE);
      if (last === -1) return keep(rest);
      const lines = cut(takePieces(rest.subarray(0, last)));
      lines.push(...keep(rest.subarray(last + 1)));
      return lines;
    },
    end() {
      if (isSkipping || piecesBytes === 0) return [];
      return cut(takePieces(nothing));
    },
  };
}

/** Whether there is nothing but white space; `\r` belongs to it, so that both kinds of line ends will do. */
const isBlank = (text: string): boolean => text.length === 0 || text.trim() === "";
