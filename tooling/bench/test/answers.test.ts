import { expect, it } from "vitest";
import { createAnswerReader, expectEcho } from "../src/heartbeat/load/answers.ts";
import { createRequestRing, RING_LINES } from "../src/heartbeat/load/requests.ts";

it.each(["same", "distinct"] as const)("counts the answers in any chunking (%s lines)", (lines) => {
  const ring = createRequestRing(lines);
  const sent = Buffer.concat([ring.bytes, ring.bytes]);
  for (const chunkBytes of [1, 7, ring.lineBytes, 4_096]) {
    const reader = createAnswerReader(expectEcho(ring));
    let answers = 0;
    for (let start = 0; start < sent.length; start += chunkBytes) {
      const chunk = sent.subarray(start, start + chunkBytes);
      answers += reader.read(chunk, chunk.length);
    }
    expect(answers).toBe(4 * RING_LINES);
  }
});

it("notices a single wrong byte", () => {
  const ring = createRequestRing("distinct");
  const reader = createAnswerReader(expectEcho(ring));
  const wrong = Buffer.from(ring.bytes.subarray(0, 3 * ring.lineBytes));
  wrong[2 * ring.lineBytes + 5] = 0x21;
  expect(() => reader.read(wrong, wrong.length)).toThrow("a wrong answer");
});

it("makes requests of one length, equal or all different", () => {
  const linesOf = (kind: "same" | "distinct"): string[] => {
    const { bytes, lineBytes } = createRequestRing(kind);
    const lines = bytes.toString().split("\n").slice(0, RING_LINES);
    expect(lines.every((line) => line.length + 1 === lineBytes && JSON.parse(line).TASK === "HEARTBEAT")).toBe(true);
    return lines;
  };
  expect(new Set(linesOf("same")).size).toBe(1);
  expect(new Set(linesOf("distinct")).size).toBe(RING_LINES);
});
