import type { LineErrorCode } from "./errors.ts";
import { decodeUtf8, utf8ByteLength } from "./utf8.ts";

/** A break of the framing. The bytes that follow it mean nothing. */
export interface LineDecoderViolation {
  readonly code: Extract<LineErrorCode, "ERR_LINE_TOO_LONG" | "ERR_LINE_NOT_UTF8">;
  /** What happened, with figures, safe to print. */
  readonly detail: string;
}

/** Cuts a stream of bytes into lines. After a violation it gives nothing more. */
export interface LineDecoder {
  /** A line has begun and its end has not arrived. */
  readonly isMidLine: boolean;
  /** Whether `next` has something to give. */
  readonly hasNext: boolean;
  /**
   * Adds bytes that arrived, in any chunking. The caller may reuse the chunk afterwards. Take what `next` has before
   * feeding more: a line that is too long is only let go when `next` reports it.
   */
  feed(chunk: Uint8Array): void;
  /** The next whole line (without its end, never blank), a violation, or `undefined` if more bytes are needed. */
  next(): string | LineDecoderViolation | undefined;
  /** The sender is finished: what is left over counts as a last line. */
  end(): void;
  /** Changes the limit; it holds from the next line that `next` has not given yet. */
  setLineMaxBytes(bytes: number): void;
}

/** @param lineMaxBytes the most bytes in a line, its end (`\n` or `\r\n`) not counted. */
export const createLineDecoder = (lineMaxBytes: number): LineDecoder => new ChunkedLineDecoder(lineMaxBytes);

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const EMPTY = new Uint8Array(0);
const PARTIAL_FIRST_BYTES = 64;

/**
 * Decodes all whole lines of a chunk in one go and cuts the text, which is several times cheaper than cutting bytes
 * and decoding line by line. A newline byte never occurs inside a UTF-8 character, so both ways give the same lines.
 *
 * It is a class, where closures are the habit of this house, because there is one for every connection: at ten
 * thousand of them, a dozen closures each would be the greater part of the memory.
 */
class ChunkedLineDecoder implements LineDecoder {
  #lineMaxBytes: number;
  /** Whole lines, decoded, and how far they have been given out. */
  #text = "";
  #position = 0;
  /**
   * The bytes of the line whose end has not arrived, in a buffer that doubles, so that a line that drips in byte by
   * byte costs linear time. There is no buffer while there is no such line, which is nearly always.
   */
  #partial = EMPTY;
  #partialBytes = 0;
  /** Found behind the lines that are still to be given out. */
  #violation: LineDecoderViolation | undefined = undefined;
  #isOver = false;
  #lookedAhead: string | LineDecoderViolation | undefined = undefined;

  constructor(lineMaxBytes: number) {
    this.#lineMaxBytes = lineMaxBytes;
  }

  get isMidLine(): boolean {
    return this.#partialBytes > 0;
  }

  get hasNext(): boolean {
    this.#lookedAhead ??= this.#take();
    return this.#lookedAhead !== undefined;
  }

  feed(chunk: Uint8Array): void {
    if (this.#isOver || this.#violation !== undefined) return;
    // A caller that takes what there is after each feed never holds more than the limit and one chunk.
    if (this.#isPartialTooLong()) {
      this.#violation = this.#tooLong();
      return;
    }
    const lastNewline = chunk.lastIndexOf(NEWLINE);
    let start = 0;
    if (lastNewline !== -1 && this.#partialBytes > 0) {
      start = chunk.indexOf(NEWLINE) + 1;
      this.#keep(chunk.subarray(0, start));
      this.#completePartial();
    }
    if (this.#violation === undefined && start <= lastNewline) this.#decode(chunk.subarray(start, lastNewline + 1));
    if (this.#violation === undefined && lastNewline + 1 < chunk.length) this.#keep(chunk.subarray(lastNewline + 1));
  }

  next(): string | LineDecoderViolation | undefined {
    const taken = this.#lookedAhead ?? this.#take();
    this.#lookedAhead = undefined;
    return taken;
  }

  end(): void {
    if (this.#isOver || this.#violation !== undefined || this.#partialBytes === 0 || this.#isPartialTooLong()) return;
    this.#completePartial();
  }

  setLineMaxBytes(bytes: number): void {
    this.#lineMaxBytes = bytes;
  }

  #take(): string | LineDecoderViolation | undefined {
    if (this.#isOver) return undefined;
    const taken = this.#takeLine() ?? this.#violation ?? (this.#isPartialTooLong() ? this.#tooLong() : undefined);
    if (taken === undefined || typeof taken === "string") return taken;
    this.#isOver = true;
    this.#text = "";
    this.#partial = EMPTY;
    this.#partialBytes = 0;
    return taken;
  }

  #takeLine(): string | LineDecoderViolation | undefined {
    const text = this.#text;
    while (this.#position < text.length) {
      const start = this.#position;
      const newline = text.indexOf("\n", start);
      const lineEnd = newline === -1 ? text.length : newline;
      this.#position = lineEnd + 1;
      const hasReturn = lineEnd > start && text.charCodeAt(lineEnd - 1) === CARRIAGE_RETURN;
      const line = text.slice(start, hasReturn ? lineEnd - 1 : lineEnd);
      if (line.length === 0) continue;
      return this.#isTooLong(line) ? this.#tooLong() : line;
    }
    this.#text = "";
    this.#position = 0;
    return undefined;
  }

  #completePartial(): void {
    const line = this.#partial.subarray(0, this.#partialBytes);
    this.#partial = EMPTY;
    this.#partialBytes = 0;
    this.#decode(line);
  }

  #keep(bytes: Uint8Array): void {
    const neededBytes = this.#partialBytes + bytes.length;
    if (neededBytes > this.#partial.length) {
      const grown = new Uint8Array(Math.max(neededBytes, 2 * this.#partial.length, PARTIAL_FIRST_BYTES));
      grown.set(this.#partial.subarray(0, this.#partialBytes));
      this.#partial = grown;
    }
    this.#partial.set(bytes, this.#partialBytes);
    this.#partialBytes = neededBytes;
  }

  /** Decodes whole lines; of lines with bad UTF-8 among them, those before the first bad one. */
  #decode(lines: Uint8Array): void {
    const decoded = decodeUtf8(lines);
    if (decoded === undefined) this.#decodeOneByOne(lines);
    else this.#append(decoded);
  }

  #decodeOneByOne(lines: Uint8Array): void {
    for (let start = 0; start < lines.length; ) {
      const newline = lines.indexOf(NEWLINE, start);
      const lineEnd = newline === -1 ? lines.length : newline + 1;
      const line = decodeUtf8(lines.subarray(start, lineEnd));
      if (line === undefined) {
        this.#violation = {
          code: "ERR_LINE_NOT_UTF8",
          detail: `a line of ${lineEnd - start} bytes is not valid UTF-8`,
        };
        return;
      }
      this.#append(line);
      start = lineEnd;
    }
  }

  #append(more: string): void {
    this.#text = this.#position >= this.#text.length ? more : this.#text.slice(this.#position) + more;
    this.#position = 0;
  }

  /** One byte more than the limit may be the "\r" of a line that is just within it. */
  #isPartialTooLong(): boolean {
    return this.#partialBytes > this.#lineMaxBytes + 1;
  }

  /** A character takes at most three bytes per UTF-16 unit, so only long lines have to be measured. */
  #isTooLong(line: string): boolean {
    return line.length * 3 > this.#lineMaxBytes && utf8ByteLength(line) > this.#lineMaxBytes;
  }

  #tooLong(): LineDecoderViolation {
    return { code: "ERR_LINE_TOO_LONG", detail: `a line is longer than ${this.#lineMaxBytes} bytes` };
  }
}
