import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineDecoder, decodeLine, taskSpecs } from "../src/index.ts";

const encoder = new TextEncoder();

function linesOf(chunks: readonly Uint8Array[]): string[] {
  const decoder = createLineDecoder(8_192);
  const lines: string[] = [];
  for (const chunk of chunks) {
    decoder.feed(chunk);
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
      lines.push(typeof next === "string" ? next : next.code);
    }
  }
  return lines;
}

const exampleLines = taskSpecs.flatMap(({ examples }) => examples.map(({ line }) => line));

test("every message split at every byte, and at every pair of bytes, is the same message", () => {
  let splits = 0;
  for (const line of [...exampleLines, '{"TASK":"HEARTBEAT","x":"ação ❤ 😀"}']) {
    const whole = encoder.encode(`${line}\r\n`);
    // The pairs of a long line are too many; what is at stake at a cut is the same in a short one.
    const pairStep = whole.length > 256 ? 17 : 1;
    for (let first = 0; first <= whole.length; first++) {
      for (let second = first; second <= whole.length; second += pairStep) {
        const parts = [whole.subarray(0, first), whole.subarray(first, second), whole.subarray(second)];
        const [decoded, ...more] = linesOf(parts);
        // Asserted by hand: `expect` for each of them would take most of the time.
        if (decoded !== line || more.length > 0) throw new Error(`cut at ${first} and ${second}: ${line}`);
        splits += 1;
      }
    }
  }
  expect(splits).toBeGreaterThan(100_000);
});

test("any text in any chunking gives the lines that cutting the whole text gives", () => {
  const text = fc.array(fc.oneof(fc.constantFrom("\n", "\r\n", "é", "😀", "{"), fc.string({ unit: "binary" })));
  fc.assert(
    fc.property(text, fc.array(fc.nat(200)), (pieces, cuts) => {
      const joined = `${pieces.join("")}\n`;
      const whole = encoder.encode(joined);
      const edges = [0, ...cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
      const chunks = edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
      const expected = new TextDecoder("utf-8", { ignoreBOM: true })
        .decode(whole)
        .split("\n")
        .map((line) => line.replace(/\r$/, ""))
        .filter((line) => line !== "");
      expect(linesOf(chunks)).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("a line that drips in byte by byte costs each byte once", () => {
  const decoder = createLineDecoder(300_000);
  const drop = Uint8Array.of(0x78);
  for (let count = 0; count < 262_144; count++) {
    decoder.feed(drop);
    if (decoder.next() !== undefined) throw new Error("the line has not ended");
  }
  decoder.feed(encoder.encode("\n"));
  expect(decoder.next()).toHaveLength(262_144);
});

/** Lines near to real ones: a real object with fields changed, removed, added, or its text damaged. */
const nearlyALine = fc
  .record({
    line: fc.constantFrom(...exampleLines),
    changes: fc.array(
      fc.record({
        key: fc.oneof(
          fc.constantFrom("TASK", "RESPONSE", "STATUS", "WORKER", "SERVER", "__proto__"),
          fc.constantFrom("SERVER_ID", "SERVER_UUID", "WORKER_UUID", "USER", "EXT", "port", "performance"),
          fc.string(),
        ),
        value: fc.oneof(
          fc.constantFrom("HEARTBEAT", "ALIVE", "REQUEST", "QUERY", "NO_TASK", "OK", "ACK"),
          fc.jsonValue(),
          fc.record({ v: fc.constant(1), tasks: fc.jsonValue(), results: fc.jsonValue(), acks: fc.jsonValue() }),
          fc.constant(undefined),
        ),
      }),
      { maxLength: 3 },
    ),
    damage: fc.option(fc.record({ at: fc.nat(1_000), text: fc.string({ maxLength: 3 }) })),
  })
  .map(({ line, changes, damage }) => {
    const fields = new Map<string, unknown>(Object.entries(JSON.parse(line)));
    for (const { key, value } of changes) {
      if (value === undefined) fields.delete(key);
      else fields.set(key, value);
    }
    const text = JSON.stringify(Object.fromEntries(fields));
    return damage === null ? text : text.slice(0, damage.at) + damage.text + text.slice(damage.at + 1);
  });

test("no line makes the codec throw, and each is a message or a violation", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.oneof(nearlyALine, fc.string({ unit: "binary" }), fc.json()), (line) => {
      const decoded = decodeLine(line);
      seen.add("message" in decoded ? decoded.message.kind : decoded.violation.code);
      const id = "message" in decoded && decoded.message.kind === "heartbeat-reply" ? decoded.message.from : undefined;
      expect(id === undefined || (id.length > 0 && id.length <= 128)).toBe(true);
    }),
    { numRuns: 50_000 },
  );
  // A fuzzer that only ever makes nonsense tests nothing.
  for (const { kind } of taskSpecs) expect(seen).toContain(kind);
  expect(seen).toContain("unknown");
  for (const code of ["ERR_LINE_NOT_JSON", "ERR_LINE_NOT_OBJECT", "ERR_FIELD_INVALID"]) expect(seen).toContain(code);
});
