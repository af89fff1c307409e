import { jsonText, nodeId, taskId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  CLASS_LINE_MAX_BYTES,
  decodeLine,
  decodeLineWith,
  encodedBytes,
  encodeMessage,
  type LineMemory,
  printable,
  SESSION_LINE_MAX_BYTES,
  type SendableMessage,
} from "../src/index.ts";

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
    ['{"RESPONSE":"PERHAPS"}', "RESPONSE PERHAPS"],
    ['{"task":"HEARTBEAT"}', "no TASK, STATUS or RESPONSE"],
    ['{"TASK":5}', "no TASK, STATUS or RESPONSE"],
    ["{}", "no TASK, STATUS or RESPONSE"],
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

  test("what is within the limits is read however long the line is", () => {
    const long = JSON.stringify('\\\\"\\"'.repeat(300));
    for (const line of [nested(31), keys(255), `[${"0,".repeat(1_023)}0]`]) {
      expect(decodeLine(`{"long":${long},"a":${line},"long2":${long}}`)).toMatchObject({
        message: { kind: "unknown" },
      });
    }
    for (const line of [nested(32), keys(257), `[${"0,".repeat(1_024)}0]`]) {
      expect(decodeLine(`{"long":${long},"a":${line}}`)).toHaveProperty("violation");
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

  const queryOf = (bytes: number): SendableMessage => {
    const frame = encodedBytes({ kind: "query", user: jsonText('""') });
    return { kind: "query", user: jsonText(`"${"x".repeat(bytes - frame)}"`) };
  };

  test("takes at most 1,400 bytes in the class's words", () => {
    expect(CLASS_LINE_MAX_BYTES).toBe(1_400);
    expect(encodeMessage(queryOf(1_400))).toHaveLength(1_400);
    expect(encodedBytes(queryOf(1_401))).toBe(1_401);
    expect(() => encodeMessage(queryOf(1_401))).toThrow("in one piece");
  });

  test("takes at most 48 KiB in our own, and less than the 64 KiB that a reader takes", () => {
    expect(SESSION_LINE_MAX_BYTES).toBe(48 * 1_024);
    const batchOf = (bytes: number): SendableMessage => {
      const acks = (length: number) => [{ task: taskId("x".repeat(length)), attempt: 1 }];
      return { kind: "result-acks", acks: acks(bytes - encodedBytes({ kind: "result-acks", acks: acks(0) })) };
    };
    expect(encodeMessage(batchOf(SESSION_LINE_MAX_BYTES))).toHaveLength(SESSION_LINE_MAX_BYTES);
    expect(() => encodeMessage(batchOf(SESSION_LINE_MAX_BYTES + 1))).toThrow("in one piece");
  });

  test("of a worker's hello is a session line, and of its ALIVE one of the class's", () => {
    const holding = Array.from({ length: 64 }, () => ({ task: taskId('"'.repeat(128)), attempt: 1 }));
    const types = Array.from({ length: 64 }, () => "t".repeat(64));
    const worker = nodeId("w".repeat(128));
    const hello = { boot: "b".repeat(128), slots: 64, types, holding };
    const line = encodeMessage({ kind: "worker-alive", worker, owner: worker, port: 65_535, hello });
    expect(decodeLine(line.trimEnd())).toMatchObject({ message: { hello } });
    const huge = nodeId("\u2028".repeat(128));
    expect(() => encodeMessage({ kind: "worker-alive", worker: huge, owner: huge })).toThrow("in one piece");
  });

  test("of a result is what the class knows: nothing else gets among the control words", () => {
    const output = jsonText('{"SALDO":1,"STATUS":"NOK","TASK":"X","WORKER_UUID":"w2","ERROR":"e","EXT":{"v":1}}');
    const line = encodeMessage({ kind: "worker-status", worker: nodeId("w1"), isOk: true, output });
    expect(line).toBe('{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"w1","SALDO":1}\n');
    for (const text of ["null", "5", '"SALDO"', '["SALDO"]']) {
      expect(encodeMessage({ kind: "worker-status", isOk: false, output: jsonText(text) })).toBe(
        '{"STATUS":"NOK","TASK":"QUERY"}\n',
      );
    }
  });

  test("of a failure is printable, and cut; and progress stays within 0 and 1", () => {
    const ref = { task: taskId("t1"), attempt: 1 };
    const words = `\u001b[31m${"x".repeat(1_000)}`;
    const fractions = [-1, 2, Number.NaN, Number.POSITIVE_INFINITY, -0];
    const line = encodeMessage({
      kind: "result-batch",
      worker: nodeId("w1"),
      results: [{ ...ref, outcome: { isOk: false, code: words, message: words } }],
      progress: fractions.map((fraction) => ({ ...ref, fraction, note: words })),
      isResynced: false,
    });
    const decoded = decodeLine(line.trimEnd());
    expect(decoded).toHaveProperty("message.progress.4.note", printable(words, 128));
    expect(decoded).toMatchObject({
      message: {
        results: [{ outcome: { code: printable(words, 64), message: printable(words, 512) } }],
        progress: [0, 1, 0, 1, 0].map((fraction) => ({ fraction })),
      },
    });
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
