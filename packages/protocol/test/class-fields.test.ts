import { describe, expect, test } from "vitest";
import { decodeLine, taskSpecs } from "../src/index.ts";

const EVERY_KIND = ["null", "[]", "{}", "true", '""', "7"] as const;

/** The message that a line with this field says, or the name of the field that is wrong. */
function reading(fields: string, name: string, value: string | undefined): unknown {
  const members = value === undefined ? fields : `${fields},"${name}":${value}`;
  const decoded = decodeLine(`{${members}}`);
  if ("message" in decoded) return decoded.message;
  expect(decoded.violation.code).toBe("ERR_FIELD_INVALID");
  return /field (\S+) is/.exec(decoded.violation.detail)?.[1];
}

const required = (name: string): Record<string, unknown> => ({
  null: name,
  "[]": name,
  "{}": name,
  true: name,
  '""': name,
  "7": name,
  missing: name,
});

const optional = (name: string, without: unknown): Record<string, unknown> => ({
  ...required(name),
  null: without,
  '""': without,
  missing: without,
});

/** Whatever stands there is taken as JSON, and null is as good as nothing. */
const anything = (without: unknown, withJson: (json: string) => unknown): Record<string, unknown> => ({
  ...Object.fromEntries(EVERY_KIND.map((json) => [json, withJson(json)])),
  null: without,
  missing: without,
});

const alive = { kind: "worker-alive", worker: "w1" };
const status = { kind: "worker-status", worker: "w1", isOk: false, output: "{}" };
const { worker: _, ...anonymous } = status;
const aliveLine = '"WORKER":"ALIVE","WORKER_UUID":"w1"';
const statusLine = '"STATUS":"NOK","TASK":"QUERY","WORKER_UUID":"w1"';

describe.each<[fields: string, name: string, expected: Record<string, unknown>]>([
  ['"WORKER":"ALIVE"', "WORKER_UUID", required("WORKER_UUID")],
  [aliveLine, "SERVER_UUID", optional("SERVER_UUID", alive)],
  [aliveLine, "port", { ...required("port"), null: alive, "7": { ...alive, port: 7 }, missing: alive }],
  ['"TASK":"WORKER_HEARTBEAT"', "WORKER_UUID", required("WORKER_UUID")],
  [
    '"TASK":"QUERY"',
    "USER",
    { ...anything({ kind: "query", user: "null" }, (json) => ({ kind: "query", user: json })) },
  ],
  ['"STATUS":"NOK","TASK":"QUERY"', "WORKER_UUID", optional("WORKER_UUID", anonymous)],
  [statusLine, "SALDO", anything(status, (json) => ({ ...status, output: `{"SALDO":${json}}` }))],
  [statusLine, "CPF", anything(status, (json) => ({ ...status, output: `{"CPF":${json}}` }))],
  [
    statusLine,
    "ERROR",
    { ...anything(status, (json) => ({ ...status, error: json })), '""': { ...status, error: "" } },
  ],
  ['"STATUS":"ACK"', "WORKER_UUID", optional("WORKER_UUID", { kind: "status-ack" })],
  ['"STATUS":"PONG"', "WORKER_UUID", optional("WORKER_UUID", { kind: "pong" })],
  ['"TASK":"NO_TASK","EXT":{"v":1,"graceMs":1,"intervalMs":1,"timeoutMs":1}', "SERVER_UUID", required("SERVER_UUID")],
  ['"STATUS":"OK","TASK":"QUERY","EXT":{"v":1}', "WORKER_UUID", required("WORKER_UUID")],
  ['"task":"performance_report"', "server_uuid", required("server_uuid")],
])("{%s} and %s", (fields, name, expected) => {
  test.each(["missing", ...EVERY_KIND])("%s", (value) => {
    expect(reading(fields, name, value === "missing" ? undefined : value)).toEqual(expected[value]);
  });
});

test("only a worker that has no name loses its connection: nobody is registered as null", () => {
  const isFatal = (line: string): unknown => {
    const decoded = decodeLine(line);
    return "violation" in decoded ? decoded.violation.fatal : undefined;
  };
  for (const nobody of ['"x":1', '"WORKER_UUID":null', '"WORKER_UUID":""']) {
    expect(isFatal(`{"WORKER":"ALIVE",${nobody}}`)).toBe(true);
    expect(isFatal(`{"TASK":"WORKER_HEARTBEAT",${nobody}}`)).toBe(false);
  }
  expect(isFatal('{"WORKER":"ALIVE","WORKER_UUID":7}')).toBe(false);
  expect(isFatal('{"WORKER":"ALIVE","WORKER_UUID":"w1","port":0}')).toBe(false);
});

describe("ids", () => {
  const idFields: readonly (readonly [before: string, name: string])[] = [
    ['"WORKER":"ALIVE"', "WORKER_UUID"],
    [aliveLine, "SERVER_UUID"],
    ['"TASK":"WORKER_HEARTBEAT"', "WORKER_UUID"],
    ['"STATUS":"OK","TASK":"QUERY"', "WORKER_UUID"],
    ['"STATUS":"ACK"', "WORKER_UUID"],
    ['"STATUS":"PONG"', "WORKER_UUID"],
    ['"task":"performance_report"', "server_uuid"],
  ];

  test.each(idFields)("{%s}: %s takes 1 to 128 characters, whichever they are", (before, name) => {
    for (const id of ["x", "x".repeat(128), " ", "__proto__", "\u202e", "é".repeat(128), "a\u0000b"]) {
      expect(Object.values(Object(reading(before, name, JSON.stringify(id))))).toContain(id);
    }
    expect(reading(before, name, JSON.stringify("x".repeat(129)))).toBe(name);
    expect(reading(before, name, JSON.stringify("x".repeat(10_000)))).toBe(name);
  });
});

describe("the port of a worker", () => {
  test.each([
    ["1", 1],
    ["65535", 65_535],
    ['"1"', 1],
    ['"65535"', 65_535],
    ["7001.0", 7_001],
  ])("%s is one", (value, port) => {
    expect(reading(aliveLine, "port", value)).toEqual({ ...alive, port });
  });

  test.each([
    "0",
    "65536",
    "-1",
    "7001.5",
    "1e400",
    '"0"',
    '"65536"',
    '"+1"',
    '" 1"',
    '"01"',
    '"0x50"',
    '"1e3"',
    '"7001.0"',
  ])("%s is none", (value) => {
    expect(reading(aliveLine, "port", value)).toBe("port");
  });
});

test("of keys that come twice the last counts, and unknown ones are not kept", () => {
  expect(decodeLine('{"WORKER":"ALIVE","WORKER_UUID":null,"x":{"y":1},"WORKER_UUID":"w1"}')).toEqual({
    message: alive,
  });
  expect(decodeLine('{"STATUS":"OK","STATUS":"NOK","TASK":"QUERY","WORKER_UUID":"w1","RESULT":[1]}')).toEqual({
    message: status,
  });
  expect(decodeLine('{"TASK":"QUERY","USER":"ana","USER":{"a":1,"a":2}}')).toEqual({
    message: { kind: "query", user: '{"a":2}' },
  });
});

test("what a worker says went wrong is safe to print, whatever it is", () => {
  const errors = ["\u001b[31mred\n", "x".repeat(1_000), ["a"], { é: 1 }, false, 404];
  const read = errors.map((error) => Object(reading(statusLine, "ERROR", JSON.stringify(error))).error);
  expect(read).toEqual(["\\u001b[31mred\\u000a", `${"x".repeat(125)}...`, '["a"]', '{"\\u00e9":1}', "false", "404"]);
});

test("whatever takes the place of a field of a real line, it is a message or a violation that can be printed", () => {
  let lines = 0;
  for (const { kind, examples } of taskSpecs) {
    for (const { line } of examples) {
      for (const { before, after } of valuesOf(line)) {
        for (const value of [
          ...EVERY_KIND,
          "-1",
          "1.5",
          "1e400",
          "9007199254740993",
          '"x"',
          '"\\u001b"',
          "[[]]",
          '{"v":1}',
        ]) {
          const decoded = decodeLine(`${before}${value}${after}`);
          lines += 1;
          if ("message" in decoded) continue;
          expect(decoded.violation.code).toBe("ERR_FIELD_INVALID");
          expect(decoded.violation.detail).toMatch(/^[ -~]{1,128}$/);
          expect(decoded.violation.detail.startsWith(kind) || decoded.violation.detail.includes(": field")).toBe(true);
        }
      }
    }
  }
  expect(lines).toBeGreaterThan(3_000);
});

/** What stands before and after each value of a line, nested ones included. */
function valuesOf(line: string): readonly { before: string; after: string }[] {
  const marker = "@@";
  const cut = (value: unknown, rebuild: (inner: unknown) => unknown): readonly string[] => {
    const here = JSON.stringify(rebuild(marker));
    if (typeof value !== "object" || value === null) return [here];
    const inner = Object.entries(value).flatMap(([key, child]) =>
      cut(child, (replaced) =>
        rebuild(Array.isArray(value) ? value.with(Number(key), replaced) : { ...value, [key]: replaced }),
      ),
    );
    return [here, ...inner];
  };
  return cut(JSON.parse(line), (whole) => whole)
    .slice(1)
    .map((text) => text.split(`"${marker}"`))
    .map(([before = "", after = ""]) => ({ before, after }));
}
