import { describe, expect, test } from "vitest";
import { createNdjsonLines, type NdjsonLine } from "../../src/http/ndjson-lines.ts";

const MAX = 16;

/** All lines of the bytes, cut at these places. */
function linesOf(bytes: Uint8Array, ...cuts: readonly number[]): readonly NdjsonLine[] {
  const lines = createNdjsonLines(MAX);
  const found: NdjsonLine[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    // The buffer of a chunk is used again, so what was handed in must not be needed afterwards.
    const chunk = Uint8Array.from(bytes.subarray(from, cut));
    found.push(...lines.push(chunk));
    chunk.fill(0x21);
    from = cut;
  }
  return [...found, ...lines.end()];
}

const bytesOf = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

const line = (number: number, text: string): NdjsonLine => ({ number, text });

const cases: readonly (readonly [string, Uint8Array, readonly NdjsonLine[]])[] = [
  ["nothing", bytesOf(""), []],
  ["blank lines", bytesOf("\n\r\n \t \n"), []],
  ["one without its newline", bytesOf("a"), [line(1, "a")]],
  ["two", bytesOf("a\nb\n"), [line(1, "a"), line(2, "b")]],
  ["blank ones count", bytesOf("\na\n\n\nb"), [line(2, "a"), line(5, "b")]],
  ["one as long as can be", bytesOf(`${"x".repeat(MAX)}\n`), [line(1, "x".repeat(MAX))]],
  [
    "one that is too long",
    bytesOf(`a\n${"x".repeat(MAX + 1)}\nb`),
    [line(1, "a"), { number: 2, code: "ERR_LINE_TOO_LONG" }, line(3, "b")],
  ],
  ["a last one that is too long", bytesOf("x".repeat(5 * MAX)), [{ number: 1, code: "ERR_LINE_TOO_LONG" }]],
  [
    "one that is too long in bytes only",
    bytesOf(`${"é".repeat(9)}\nb`),
    [{ number: 1, code: "ERR_LINE_TOO_LONG" }, line(2, "b")],
  ],
  ["owls", bytesOf("🦉🦉\n🦉"), [line(1, "🦉🦉"), line(2, "🦉")]],
  [
    "no UTF-8 in the middle",
    bytesOf("a\n", [0xff, 0xfe], "\nb\n"),
    [line(1, "a"), { number: 2, code: "ERR_LINE_NOT_UTF8" }, line(3, "b")],
  ],
  ["half an owl at the end", bytesOf("a\n", [0xf0, 0x9f]), [line(1, "a"), { number: 2, code: "ERR_LINE_NOT_UTF8" }]],
  [
    "blank ones around no UTF-8",
    bytesOf("\n\n", [0xff], "\n\n\nb"),
    [{ number: 3, code: "ERR_LINE_NOT_UTF8" }, line(6, "b")],
  ],
  ["a separator that is no line end", bytesOf("a\u2028b\n"), [line(1, "a\u2028b")]],
];

describe.each(cases)("%s", (_, bytes, expected) => {
  test("in one piece", () => {
    expect(linesOf(bytes)).toStrictEqual(expected);
  });

  test("cut at every byte, and at every pair of bytes", () => {
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        expect(linesOf(bytes, first, second)).toStrictEqual(expected);
      }
    }
  });

  test("byte by byte", () => {
    expect(linesOf(bytes, ...bytes.keys())).toStrictEqual(expected);
  });
});
