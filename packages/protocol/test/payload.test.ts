import { durationMs, taskId } from "@mutirao/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkPayload,
  checkPayloadValue,
  decodeLine,
  encodeMessage,
  PAYLOAD_DEPTH_MAX,
  PAYLOAD_MAX_BYTES,
} from "../src/index.ts";

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const keys = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(",")}}`;
const items = (count: number): string => `[${Array(count).fill("0").join(",")}]`;
/** A text of so many bytes in all. */
const long = (bytes: number): string => `"${"x".repeat(bytes - 2)}"`;

describe("one spelling of each value", () => {
  test.each([
    [' { "USER" : "ana" }\r\n', '{"USER":"ana"}'],
    ["null", "null"],
    ['"jo\u00e3o\u2028"', '"jo\\u00e3o\\u2028"'],
    ['"\\u006aoa\\u00e3o"', '"joa\\u00e3o"'],
    ['"\\ud800"', '"\\ud800"'],
    ["1.0", "1"],
    ["-0", "0"],
    ["1e3", "1000"],
    ["9007199254740993", "9007199254740992"],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1}}'],
    ["[null,1.7976931348623157e308]", "[null,1.7976931348623157e+308]"],
  ])("%s", (text, payload) => {
    expect(checkPayload(text)).toEqual({ payload });
    expect(checkPayloadValue(JSON.parse(text))).toEqual({ payload });
  });
});

describe("what is no payload", () => {
  test.each(
    [
      ["", "is not JSON"],
      ["{", "is not JSON"],
      ["NaN", "is not JSON"],
      ["{'a':1}", "is not JSON"],
      ["1,2", "is not JSON"],
      ['"a\nb"', "is not JSON"],
      ["1e309", "has a number that is too large"],
      ['{"a":[0,{"b":-1e400}],"c":null}', "has a number that is too large"],
      [nested(PAYLOAD_DEPTH_MAX + 1), "is nested deeper than 28 levels"],
      ["[".repeat(9_000), "is nested deeper than 28 levels"],
      [keys(257), "has more than 256 keys or 1024 items at one level"],
      [items(1_025), "has more than 256 keys or 1024 items at one level"],
      [long(PAYLOAD_MAX_BYTES + 1), "takes more than 32768 bytes (as JSON in ASCII)"],
      [`"${"é".repeat(Math.ceil(PAYLOAD_MAX_BYTES / 6))}"`, "takes more than 32768 bytes (as JSON in ASCII)"],
      [" ".repeat(10 * PAYLOAD_MAX_BYTES), "takes more than 32768 bytes (as JSON in ASCII)"],
    ].map(([text = "", problem]) => ({ text, start: text.slice(0, 40), problem })),
  )("$start $problem", ({ text, problem }) => {
    expect(checkPayload(text)).toEqual({ problem });
  });
});

describe("what is parsed already", () => {
  test.each([
    [JSON.parse("1e309"), "has a number that is too large"],
    [JSON.parse(nested(PAYLOAD_DEPTH_MAX + 1)), "is nested deeper than 28 levels"],
    [JSON.parse(nested(100_000)), "is nested too deeply"],
    [JSON.parse(items(1_025)), "has more than 256 keys or 1024 items at one level"],
    ["x".repeat(PAYLOAD_MAX_BYTES), "takes more than 32768 bytes (as JSON in ASCII)"],
    ["é".repeat(Math.ceil(PAYLOAD_MAX_BYTES / 6)), "takes more than 32768 bytes (as JSON in ASCII)"],
  ])("case %#", (value, problem) => {
    expect(checkPayloadValue(value)).toEqual({ problem });
  });
});

test("what is just within every limit travels as a task and as a result, and comes back", () => {
  for (const text of [nested(PAYLOAD_DEPTH_MAX), keys(256), items(1_024), long(PAYLOAD_MAX_BYTES)]) {
    const checked = checkPayload(text);
    if ("problem" in checked) throw new Error(checked.problem);
    const { payload } = checked;
    expect(payload).toBe(text);
    const ref = { task: taskId("\u2028".repeat(128)), attempt: Number.MAX_SAFE_INTEGER };
    const task = { ...ref, type: "t".repeat(64), payload, timeoutMs: durationMs(1) };
    const batch = { kind: "task-batch", tasks: [task], cancel: [] } as const;
    expect(decodeLine(encodeMessage(batch).trimEnd())).toEqual({ message: batch });
  }
});

test("a payload is its own only spelling, and says what the text said", () => {
  let sound = 0;
  fc.assert(
    fc.property(fc.json({ stringUnit: "binary", maxDepth: 40 }), (text) => {
      const checked = checkPayload(text);
      if ("problem" in checked) return;
      expect(checked.payload).toMatch(/^[ -~]+$/);
      expect(JSON.parse(checked.payload)).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
      expect(checkPayload(checked.payload)).toEqual(checked);
      expect(checkPayloadValue(JSON.parse(text))).toEqual(checked);
      sound += 1;
    }),
    { numRuns: 5_000 },
  );
  expect(sound).toBeGreaterThan(3_000);
});

test("depth is judged by the text as it is by the value, whatever its strings hold", () => {
  const seen = { deep: 0, shallow: 0 };
  const word = fc.oneof(fc.constantFrom("\\", '"', '\\"', "[", "{", ",", "]}"), fc.string({ unit: "binary" }));
  const around = fc.tuple(fc.constantFrom("array", "object", "before", "after"), word);
  fc.assert(
    fc.property(fc.array(around, { minLength: 24, maxLength: 32 }), word, (layers, core) => {
      const value = layers.reduce<unknown>((inner, [kind, beside]) => {
        if (kind === "object") return { [beside]: inner };
        if (kind === "array") return [inner];
        return kind === "before" ? [beside, inner] : { a: inner, b: beside };
      }, core);
      const isDeep = layers.length > PAYLOAD_DEPTH_MAX;
      seen[isDeep ? "deep" : "shallow"] += 1;
      expect("problem" in checkPayload(JSON.stringify(value))).toBe(isDeep);
    }),
    { numRuns: 5_000 },
  );
  expect(seen.deep).toBeGreaterThan(100);
  expect(seen.shallow).toBeGreaterThan(100);
});
