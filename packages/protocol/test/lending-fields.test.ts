import { describe, expect, test } from "vitest";
import { decodeLine } from "../src/index.ts";
import { altered } from "./support/altered.ts";

/** The message that a line says, or the name of the field that is wrong. */
function reading(line: string): unknown {
  const decoded = decodeLine(line);
  if ("message" in decoded) return decoded.message;
  expect(decoded.violation).toMatchObject({ code: "ERR_FIELD_INVALID", fatal: false });
  return /field (\S+) is/.exec(decoded.violation.detail)?.[1];
}

const REQUEST = '{"SERVER_UUID":"m","TASK":"WORKER_REQUEST","REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101,"needed":2}}';
const REDIRECT = '{"TASK":"REDIRECT","SERVER_REDIRECT":{"ip":"10.0.0.7","port":9101}}';
const RETURN = '{"TASK":"RETURN","SERVER_RETURN":{"ip":"10.0.0.7","port":9101}}';
const RELEASE =
  '{"SERVER_UUID":"m","TASK":"COMMAND_RELEASE","WORKERS_UUID":["w1"],"REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101}}';
const AVAILABLE = '{"SERVER_UUID":"m","RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"]}';
const UNAVAILABLE = '{"SERVER_UUID":"m","RESPONSE":"UNAVAILABLE"}';
const ACK = '{"SERVER_UUID":"m","RESPONSE":"RELEASE_ACK","WORKERS_UUID":["w1"]}';
const COMPLETED = '{"SERVER_UUID":"m","RESPONSE":"RELEASE_COMPLETED","WORKERS_UUID":["w1"]}';
const GRANT = '{"TASK":"WORKER_RESPONSE","STATUS":"ACK","MASTER_UUID":"m","WORKERS":["w1"]}';
const DENIAL = '{"TASK":"WORKER_RESPONSE","STATUS":"NACK","MASTER_UUID":"m","WORKERS":[]}';

const noObject = ["null", "[]", "true", '""', "7", '"10.0.0.7:9101"', undefined];
const noHost = [
  ...["null", "[]", "{}", "true", "7", '""', '" "', '"10.0.0"', '"127.1"', '"010.0.0.1"', '"0x7f.0.0.1"', undefined],
  ...['"10.0.0.7:9101"', '"http://a"', '"a_b"', '"[::1]"', '"é"', '"a\\u0000"', `"${"x".repeat(254)}"`],
];
const noPort = [
  ...["null", "[]", "{}", "true", '""', "0", "-1", "65536", "1.5", "1e400", "9007199254740993", undefined],
  ...['"0"', '"65536"', '"+1"', '" 1"', '"01"', '"0x50"', '"1e3"', '"9101.0"'],
];
const noId = ["[]", "{}", "true", "7", `"${"x".repeat(129)}"`];

describe("an address that is needed", () => {
  test.each([
    [REQUEST, "REQUESTOR_INFO"],
    [REDIRECT, "SERVER_REDIRECT"],
  ])("%s", (line, field) => {
    for (const json of noObject) expect(reading(altered(line, field, json))).toContain(field);
    for (const json of noHost) expect(reading(altered(line, `${field}.ip`, json))).toBe(`${field}.ip`);
    for (const json of noPort) expect(reading(altered(line, `${field}.port`, json))).toBe(`${field}.port`);
  });

  test.each([
    ['"10.0.0.7"', "10.0.0.7"],
    ['"::1"', "::1"],
    ['"FE80::1"', "fe80::1"],
    ['"Master-2.Local"', "master-2.local"],
  ])("is an IP literal or a name: %s", (json, host) => {
    expect(reading(altered(REDIRECT, "SERVER_REDIRECT.ip", json))).toEqual({
      kind: "redirect",
      to: { host, port: 9_101 },
    });
  });

  test.each(["1", '"1"', "65535", '"65535"', "9101.0"])("takes the port %s", (json) => {
    expect(reading(altered(REDIRECT, "SERVER_REDIRECT.port", json))).toMatchObject({
      to: { port: Number(JSON.parse(json)) },
    });
  });
});

describe("an address that nothing depends on is as good as absent when it is nonsense", () => {
  test.each([
    [RETURN, "SERVER_RETURN", { kind: "return" }],
    [RELEASE, "REQUESTOR_INFO", { kind: "command-release", from: "m", workers: ["w1"] }],
  ])("%s", (line, field, without) => {
    for (const json of noObject) expect(reading(altered(line, field, json))).toEqual(without);
    for (const json of noHost) expect(reading(altered(line, `${field}.ip`, json))).toEqual(without);
    for (const json of noPort) expect(reading(altered(line, `${field}.port`, json))).toEqual(without);
    expect(reading(line)).not.toEqual(without);
  });
});

describe("how many are needed", () => {
  const at = { host: "10.0.0.7", port: 9_101 };

  test.each([
    [undefined, 1],
    ["null", 1],
    ["1", 1],
    ['"3"', 3],
    ['"003"', 3],
    ["1024", 1_024],
    ["1025", 1_024],
    ['"999999999999999"', 1_024],
    ["1e300", 1_024],
    ["9007199254740993", 1_024],
  ])("%s is %s", (json, needed) => {
    expect(reading(altered(REQUEST, "REQUESTOR_INFO.needed", json))).toEqual({
      kind: "worker-request",
      dialect: "class",
      from: "m",
      at,
      needed,
    });
  });

  test.each([
    ...["[]", "{}", "true", '""', "0", "-1", "1.5", "1e400", '"0"', '"-1"', '"1.5"', '" 1"', '"many"'],
    '"1000000000000000"',
  ])("%s is no number of workers", (json) => {
    expect(reading(altered(REQUEST, "REQUESTOR_INFO.needed", json))).toBe("REQUESTOR_INFO.needed");
  });

  test.each([
    '"REQUESTOR_INFO":{"ip":"10.0.0.7","port":"9101","needed":2}',
    '"REQUESTOR_INFO":{"HOST":"10.0.0.7","PORT":9101,"COUNT":"2"}',
    '"REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101},"NEEDED":2',
    '"REQUESTOR_INFO":null,"MASTER_IP":"10.0.0.7","MASTER_PORT":9101,"WORKERS_NEEDED":2',
    '"ip":"10.0.0.7","port":9101,"needed":2',
    '"IP":"10.0.0.7","PORT":"9101","count":2,"REQUESTOR_INFO":"me"',
  ])("the older request may say it anywhere: %s", (members) => {
    const line = `{"TASK":"WORKERS_NEEDED",${members}}`;
    expect(reading(line)).toEqual({ kind: "worker-request", dialect: "legacy", at, needed: 2 });
  });

  test("and without an address the older request is refused as well", () => {
    expect(reading('{"TASK":"WORKERS_NEEDED"}')).toBe("REQUESTOR_INFO.ip");
    expect(reading('{"TASK":"WORKERS_NEEDED","MASTER_UUID":"m","MASTER_IP":"10.0.0.7"}')).toBe("REQUESTOR_INFO.port");
    expect(reading('{"TASK":"WORKERS_NEEDED","ip":"10.0.0.7","port":9101,"needed":[]}')).toBe("REQUESTOR_INFO.needed");
    // The class's request has one place for it.
    expect(reading('{"TASK":"WORKER_REQUEST","ip":"10.0.0.7","port":9101}')).toBe("REQUESTOR_INFO");
  });
});

describe("who says it", () => {
  test.each([REQUEST, RELEASE, AVAILABLE, UNAVAILABLE, ACK, COMPLETED, GRANT, DENIAL])("%s", (line) => {
    const key = line.includes("MASTER_UUID") ? "MASTER_UUID" : "SERVER_UUID";
    expect(reading(line)).toHaveProperty("from", "m");
    for (const json of noId) expect(reading(altered(line, key, json))).toBe(key);
    for (const json of ["null", '""', undefined]) {
      expect(Object.keys(Object(reading(altered(line, key, json))))).not.toContain("from");
    }
    for (const json of ['"__proto__"', `"${"x".repeat(128)}"`]) {
      expect(reading(altered(line, key, json))).toHaveProperty("from", JSON.parse(json));
    }
  });
});

describe("lists of workers", () => {
  const noList = ["{}", "true", '""', "7", '"w1"'];
  const nobody = ["null", "[]", undefined, "[null]", '[null,"",7,{},[],true]', `["${"x".repeat(129)}"]`];
  const many = Array.from({ length: 1_024 }, (_, index) => `w${index}`);

  test.each([RELEASE, AVAILABLE, ACK, COMPLETED, GRANT])("%s", (line) => {
    const key = line.includes('"WORKERS"') ? "WORKERS" : "WORKERS_UUID";
    for (const json of noList) expect(reading(altered(line, key, json))).toBe(key);
    expect(reading(altered(line, key, '[null,"w2",{"id":"w4"},"w1","w2",["w3"]]'))).toMatchObject({
      workers: ["w2", "w1"],
    });
    expect(reading(altered(line, key, JSON.stringify(many)))).toMatchObject({ workers: many });
    expect(reading(altered(line, key, '["__proto__","constructor"]'))).toMatchObject({
      workers: ["__proto__", "constructor"],
    });
    expect(decodeLine(altered(line, key, JSON.stringify([...many, "w"])))).toMatchObject({
      violation: { code: "ERR_LINE_TOO_WIDE", fatal: false },
    });
  });

  test.each([RELEASE, ACK, COMPLETED])("may be empty: %s", (line) => {
    for (const json of nobody) expect(reading(altered(line, "WORKERS_UUID", json))).toMatchObject({ workers: [] });
  });

  test("a grant of nobody is a refusal, whatever its EXT says", () => {
    const refusal = { kind: "worker-refusal", dialect: "class", from: "m" };
    const extension = '"EXT":{"v":1,"leases":[],"spare":0,"waitMs":0}';
    for (const json of nobody) {
      const line = altered(AVAILABLE, "WORKERS_UUID", json);
      expect(reading(line)).toEqual(refusal);
      expect(reading(`${line.slice(0, -1)},${extension}}`)).toEqual(refusal);
      expect(reading(altered(GRANT, "WORKERS", json))).toEqual({ ...refusal, dialect: "legacy" });
    }
  });

  test("a denial grants nobody, whatever it lists", () => {
    for (const json of ['["w1"]', '"w1"', "{}"]) {
      expect(reading(altered(UNAVAILABLE, "WORKERS_UUID", json))).toMatchObject({ kind: "worker-refusal" });
      expect(reading(altered(DENIAL, "WORKERS", json))).toMatchObject({ kind: "worker-refusal" });
    }
  });

  test("either answer lists its workers under the other's key if need be", () => {
    expect(reading('{"RESPONSE":"AVAILABLE","WORKERS":["w1"]}')).toMatchObject({ kind: "offer", workers: ["w1"] });
    expect(reading('{"TASK":"WORKER_RESPONSE","STATUS":"ACK","WORKERS_UUID":["w1"]}')).toMatchObject({
      kind: "offer",
      workers: ["w1"],
    });
  });
});

test("of keys that come twice the last counts", () => {
  expect(reading('{"RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"],"WORKERS_UUID":["w2"]}')).toMatchObject({
    workers: ["w2"],
  });
  expect(reading('{"RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"],"RESPONSE":"UNAVAILABLE"}')).toMatchObject({
    kind: "worker-refusal",
  });
  expect(reading('{"TASK":"RETURN","SERVER_RETURN":{"ip":"10.0.0.7","port":1,"port":2}}')).toEqual({
    kind: "return",
    to: { host: "10.0.0.7", port: 2 },
  });
});
