import { describe, expect, test } from "vitest";
import { createLineDecoder, type LineDecoder } from "../src/index.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function drain(decoder: LineDecoder): unknown[] {
  const taken: unknown[] = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
    taken.push(typeof next === "string" ? next : next.code);
  }
  return taken;
}

function decodeAll(chunks: readonly Uint8Array[], lineMaxBytes = 100, ends = false): unknown[] {
  const decoder = createLineDecoder(lineMaxBytes);
  const taken: unknown[] = [];
  for (const chunk of chunks) {
    decoder.feed(chunk);
    taken.push(...drain(decoder));
  }
  if (ends) decoder.end();
  return [...taken, ...drain(decoder)];
}

describe("lines", () => {
  test("end in \\n or \\r\\n, and blank ones are skipped", () => {
    expect(decodeAll([bytes("a\r\n\n\r\nb\n\n")])).toEqual(["a", "b"]);
  });

  test("may come in one-byte chunks, with characters cut apart", () => {
    const single = [...bytes("ação ❤ 😀\nb\r\n")].map((byte) => Uint8Array.of(byte));
    expect(decodeAll(single)).toEqual(["ação ❤ 😀", "b"]);
  });

  test("that are unfinished wait for more, or for the end", () => {
    expect(decodeAll([bytes("a\nb")])).toEqual(["a"]);
    expect(decodeAll([bytes("a\nb")], 100, true)).toEqual(["a", "b"]);
    expect(decodeAll([bytes("a\nb\r")], 100, true)).toEqual(["a", "b"]);
    expect(decodeAll([bytes("a\n")], 100, true)).toEqual(["a"]);
  });

  test("a chunk may be reused by its owner", () => {
    const decoder = createLineDecoder(100);
    const chunk = bytes("ab");
    decoder.feed(chunk);
    chunk.fill(0x78);
    decoder.feed(bytes("\n"));
    expect(decoder.next()).toBe("ab");
  });
});

describe("the limit", () => {
  test.each([
    ["a line of exactly the limit", "x".repeat(10), ["x".repeat(10)]],
    ["one byte more", "x".repeat(11), ["ERR_LINE_TOO_LONG"]],
    ["the limit in characters of two bytes", "é".repeat(5), ["é".repeat(5)]],
    ["one such character more", "é".repeat(6), ["ERR_LINE_TOO_LONG"]],
    ["characters of four bytes", "😀".repeat(3), ["ERR_LINE_TOO_LONG"]],
  ])("%s, in any chunking", (_, line, expected) => {
    const whole = bytes(`a\n${line}\r\nb\n`);
    const after = expected[0] === "ERR_LINE_TOO_LONG" ? [] : ["b"];
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(decodeAll([whole.subarray(0, cut), whole.subarray(cut)], 10)).toEqual(["a", ...expected, ...after]);
    }
  });

  test("a line without an end is refused as soon as it is too long, and is not kept", () => {
    const decoder = createLineDecoder(10);
    decoder.feed(bytes("x".repeat(1_000_000)));
    expect(drain(decoder)).toEqual(["ERR_LINE_TOO_LONG"]);
    expect(decoder.isMidLine).toBe(false);
    decoder.feed(bytes("\nb\n"));
    expect(drain(decoder)).toEqual([]);
  });

  test("can be raised by the line before, even if both came in one chunk", () => {
    const decoder = createLineDecoder(10);
    decoder.feed(bytes(`a\n${"x".repeat(50)}\n${"y".repeat(60)}`));
    expect(decoder.next()).toBe("a");
    decoder.setLineMaxBytes(100);
    expect(drain(decoder)).toEqual(["x".repeat(50)]);
    decoder.feed(bytes("y\n"));
    expect(drain(decoder)).toEqual(["y".repeat(61)]);
  });

  test("that was passed is passed, even if more bytes come before it is told", () => {
    const decoder = createLineDecoder(10);
    decoder.feed(bytes("x".repeat(50)));
    decoder.feed(bytes("x\na\n"));
    decoder.setLineMaxBytes(100);
    expect(drain(decoder)).toEqual(["ERR_LINE_TOO_LONG"]);
  });
});

describe("bytes that are not UTF-8", () => {
  const bad = Uint8Array.of(0x61, 0xff, 0x0a);

  test("end the stream, after the good lines before them", () => {
    const chunk = Uint8Array.from([...bytes("a\nb\n"), ...bad, ...bytes("c\n")]);
    for (let cut = 0; cut <= chunk.length; cut++) {
      expect(decodeAll([chunk.subarray(0, cut), chunk.subarray(cut)])).toEqual(["a", "b", "ERR_LINE_NOT_UTF8"]);
    }
  });

  test.each([
    ["an overlong form", [0xc0, 0xaf]],
    ["half of a surrogate pair", [0xed, 0xa0, 0x80]],
    ["a character above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a character cut off by the end", [0xe2, 0x82]],
  ])("%s", (_, sequence) => {
    expect(decodeAll([Uint8Array.from([...sequence, 0x0a])])).toEqual(["ERR_LINE_NOT_UTF8"]);
    expect(decodeAll([Uint8Array.from(sequence)], 100, true)).toEqual(["ERR_LINE_NOT_UTF8"]);
  });
});

test("hasNext looks ahead without taking, and isMidLine tells of a begun line", () => {
  const decoder = createLineDecoder(100);
  expect([decoder.hasNext, decoder.isMidLine]).toEqual([false, false]);
  decoder.feed(bytes("\n\na\nb"));
  expect([decoder.hasNext, decoder.hasNext, decoder.isMidLine]).toEqual([true, true, true]);
  expect(decoder.next()).toBe("a");
  expect([decoder.hasNext, decoder.isMidLine]).toEqual([false, true]);
});
