import { nodeId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { decodeLine, decodeLineWith, encodeMessage, type LineMemory } from "../src/index.ts";

const reply = (id: string) => ({ message: { kind: "heartbeat-reply", dialect: "brief", from: id } });

describe("whose answer it is", () => {
  const answer = (ids: string) => decodeLine(`{"TASK":"HEARTBEAT","RESPONSE":"ALIVE",${ids}}`);

  test("SERVER_ID comes before every other spelling", () => {
    expect(answer('"MASTER":"m","SERVER_ID":"a","MASTER_UUID":"mu"')).toEqual(reply("a"));
    expect(answer('"SERVER_UUID":"b","SERVER_ID":"a"')).toMatchObject({ message: { dialect: "class", from: "a" } });
  });

  test("then SERVER_UUID, then MASTER, then MASTER_UUID", () => {
    expect(answer('"MASTER":"m","SERVER_UUID":"b"')).toMatchObject({ message: { from: "b" } });
    expect(answer('"MASTER_UUID":"mu","MASTER":"m"')).toEqual(reply("m"));
    expect(answer('"MASTER_UUID":"mu"')).toEqual(reply("mu"));
  });

  test("null and the empty text count as absent", () => {
    expect(answer('"SERVER_ID":null,"SERVER_UUID":"","MASTER":"m"')).toEqual(reply("m"));
  });

  test("nobody says who it is", () => {
    expect(decodeLine('{"TASK":"HEARTBEAT","RESPONSE":"ALIVE"}')).toEqual({
      message: { kind: "heartbeat-reply", dialect: "brief" },
    });
  });

  test.each(["__proto__", "constructor", "toString", " ", "id with spaces", "\u202eevil", "x".repeat(128)])(
    "%j is an id like any other",
    (id) => {
      expect(answer(`"SERVER_ID":${JSON.stringify(id)}`)).toEqual(reply(id));
    },
  );

  test.each([5, true, [], {}, "x".repeat(129)])("%j is no id", (id) => {
    const decoded = answer(`"SERVER_ID":${JSON.stringify(id)}`);
    expect(decoded).toMatchObject({ violation: { code: "ERR_FIELD_INVALID", fatal: false } });
    expect(decoded).toHaveProperty("violation.detail", expect.stringContaining("SERVER_ID"));
  });
});

describe("what Python and other teams emit", () => {
  test.each([
    ["unknown fields", '{"TASK":"HEARTBEAT","EXT":{"v":1},"x":[1,2,3]}'],
    ["spaces", '  { "TASK" : "HEARTBEAT" }  '],
    ["a key twice, the last one winning", '{"TASK":"NOPE","TASK":"HEARTBEAT"}'],
    ["integers above 2^53", '{"TASK":"HEARTBEAT","n":9007199254740993123}'],
    ["escapes", '{"TASK":"\\u0048EARTBEAT"}'],
    ["a null SERVER_UUID", '{"TASK":"HEARTBEAT","SERVER_UUID":null}'],
    ["__proto__ as a field", '{"__proto__":{"TASK":"NOPE"},"TASK":"HEARTBEAT"}'],
  ])("%s are read", (_, line) => {
    expect(decodeLine(line)).toEqual({ message: { kind: "heartbeat-request", dialect: "brief" } });
  });

  test.each(["NaN", "Infinity", "-Infinity"])("%s costs its line, not the peer", (number) => {
    expect(decodeLine(`{"TASK":"HEARTBEAT","n":${number}}`)).toMatchObject({
      violation: { code: "ERR_LINE_NOT_JSON", fatal: false },
    });
  });

  test.each([
    ['{"TASK":"DANCE"}', "TASK DANCE"],
    ['{"TASK":"HEARTBEAT","RESPONSE":"MAYBE"}', "TASK HEARTBEAT"],
    ['{"RESPONSE":"AVAILABLE"}', "RESPONSE AVAILABLE"],
    ['{"task":"HEARTBEAT"}', "no TASK, RESPONSE or STATUS"],
    ['{"TASK":5}', "no TASK, RESPONSE or STATUS"],
    ["{}", "no TASK, RESPONSE or STATUS"],
  ])("%s is unknown, and no violation", (line, word) => {
    expect(decodeLine(line)).toEqual({ message: { kind: "unknown", word } });
  });
});

describe("what cannot be a message", () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
  const keys = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(",")}}`;

  test.each([
    ["5", "ERR_LINE_NOT_OBJECT", true],
    ['"x"', "ERR_LINE_NOT_OBJECT", true],
    ["[]", "ERR_LINE_NOT_OBJECT", true],
    ["null", "ERR_LINE_NOT_OBJECT", true],
    ["nonsense", "ERR_LINE_NOT_JSON", false],
    ["{'TASK':'HEARTBEAT'}", "ERR_LINE_NOT_JSON", false],
    ['{"TASK":"HEARTBEAT",}', "ERR_LINE_NOT_JSON", false],
    ['\ufeff{"TASK":"HEARTBEAT"}', "ERR_LINE_NOT_JSON", false],
    [nested(33), "ERR_LINE_TOO_DEEP", true],
    ["[".repeat(9_000), "ERR_LINE_TOO_DEEP", true],
    [keys(257), "ERR_LINE_TOO_WIDE", false],
    [`{"a":[${"0,".repeat(1_024)}0]}`, "ERR_LINE_TOO_WIDE", false],
  ])("%.40s: %s", (line, code, fatal) => {
    expect(decodeLine(line)).toMatchObject({ violation: { code, fatal } });
  });

  test("what is just within the limits is read", () => {
    for (const line of [nested(32), keys(256), `{"a":[${"0,".repeat(1_023)}0]}`]) {
      expect(decodeLine(line)).toMatchObject({ message: { kind: "unknown" } });
    }
  });

  test("brackets and commas within texts do not count", () => {
    const text = JSON.stringify('\\"[{,'.repeat(1_000));
    expect(decodeLine(`{"TASK":"HEARTBEAT","a":${text}}`)).toEqual({
      message: { kind: "heartbeat-request", dialect: "brief" },
    });
  });

  test("the detail is safe to print, whatever the line held", () => {
    const decoded = decodeLine("\u001b[31m\u202e\n{".repeat(1_000));
    expect(decoded).toHaveProperty("violation.detail", expect.stringMatching(/^[ -~]{1,200}$/));
  });
});

describe("what we send", () => {
  test("is ASCII in one line, whatever our id", () => {
    const line = encodeMessage({ kind: "heartbeat-reply", dialect: "class", from: nodeId("é\u2028\u0085\n😀") });
    expect(line).toMatch(/^[ -~]+\n$/);
    expect(decodeLine(line.trimEnd())).toMatchObject({ message: { from: "é\u2028\u0085\n😀" } });
  });
});

test("with a memory, lines are read as without one, whether they repeat or change", () => {
  const memory: LineMemory = { lastLine: undefined, lastDecoded: undefined };
  const lines = [
    '{"TASK":"HEARTBEAT"}',
    '{"TASK":"HEARTBEAT"}',
    "nonsense",
    "nonsense",
    '{"TASK":"X"}',
    " ".repeat(300),
  ];
  for (const line of [...lines, ...lines]) expect(decodeLineWith(memory, line)).toEqual(decodeLine(line));
  expect(memory.lastLine).toBeUndefined();
});
