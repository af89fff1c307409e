import { durationMs, nodeId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  CLASS_LINE_MAX_BYTES,
  decodeLine,
  encodeMessage,
  PEER_LEASES_MAX,
  type SendableMessage,
  taskSpecs,
} from "../src/index.ts";
import { altered } from "./support/altered.ts";

const REQUEST =
  '{"TASK":"WORKER_REQUEST","REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101},' +
  '"EXT":{"v":1,"ask":"a7","backlog":40,"serviceMs":100,"workers":8,"lifeMs":300,"severe":true}}';
const OFFER =
  '{"RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"],' +
  '"EXT":{"v":1,"leases":[["w1",7]],"spare":2,"waitMs":0,"standing":true}}';
const REFUSAL =
  '{"RESPONSE":"UNAVAILABLE","EXT":{"v":1,"code":"LEND_OFF","retryAfterMs":0,"standing":true,"spare":0,"waitMs":0}}';
const REDIRECT =
  '{"TASK":"REDIRECT","SERVER_REDIRECT":{"ip":"10.0.0.7","port":9101},' +
  '"EXT":{"v":1,"epoch":7,"owner":"m1","borrower":"m2","leaseMs":30000}}';
const RETURN = '{"TASK":"RETURN","EXT":{"v":1,"epoch":7}}';
const RELEASE = '{"TASK":"COMMAND_RELEASE","WORKERS_UUID":["w1"],"EXT":{"v":1,"leases":[["w1",7]],"count":1}}';
const COMPLETED = '{"RESPONSE":"RELEASE_COMPLETED","WORKERS_UUID":["w1"],"EXT":{"v":1,"leases":[["w1",7]]}}';
const FIGURES =
  '{"spare":2,"waitMs":0,"backlog":0,"workers":4,"serviceMs":100,"state":"NORMAL",' +
  '"at":{"ip":"10.0.0.7","port":9101},"http":{"ip":"10.0.0.7","port":8080}}';
const BEAT = `{"SERVER_UUID":"m1","TASK":"HEARTBEAT","EXT":{"v":1,"figures":${FIGURES},"guests":[["w1",7]],"wanted":[["w1",7]]}}`;
const REPLY =
  '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE",' +
  `"EXT":{"v":1,"figures":${FIGURES},"guests":[["w1",7]],"wanted":[["w1",7]],"leaseMs":30000}}`;
const ALIVE =
  '{"WORKER":"ALIVE","WORKER_UUID":"w1","EXT":{"v":1,"boot":"b","slots":1,"types":[],"holding":[],"epoch":7}}';
const WELCOME =
  '{"SERVER_UUID":"m1","TASK":"NO_TASK",' +
  '"EXT":{"v":1,"graceMs":0,"intervalMs":1,"timeoutMs":1,"epoch":7,"leaseMs":30000}}';

const noList = ["null", "{}", "true", '""', "7"];
const noCount = ["null", "[]", "{}", "true", '""', '"1"', "-1", "1.5", "1e400", "9007199254740993"];
const noEpoch = [...noCount, "0"];
const noDuration = ["null", "[]", "{}", "true", '""', '"5"', "-1", "1e400"];
const noText = ["null", "[]", "{}", "true", '""', "7"];
const noId = [...noText, `"${"x".repeat(129)}"`];
const noFlag = ["null", "[]", "{}", "1", '""', '"true"'];
const noObject = ["null", "[]", "true", '""', "7"];
const noPair = ["null", "[]", "{}", "true", '""', "7"];

const leaseFields = (name: string): readonly (readonly [string, readonly string[]])[] => [
  [`EXT.${name}`, noList],
  [`EXT.${name}.0.0`, noId],
  [`EXT.${name}.0.1`, noEpoch],
];

const peerFields: readonly (readonly [string, readonly (string | undefined)[]])[] = [
  ["EXT.figures", noObject],
  ...["spare", "backlog", "workers"].map((name) => [`EXT.figures.${name}`, [...noCount, undefined]] as const),
  ...["waitMs", "serviceMs"].map((name) => [`EXT.figures.${name}`, [...noDuration, undefined]] as const),
  ["EXT.figures.state", [...noText, undefined]],
  ["EXT.figures.at", noObject],
  ["EXT.figures.at.ip", ['""', '"127.1"', "null", undefined]],
  ["EXT.figures.http.port", ["0", '"x"', "null", undefined]],
  ...leaseFields("guests"),
  ...leaseFields("wanted"),
];

const cases: readonly (readonly [
  line: string,
  fields: readonly (readonly [string, readonly (string | undefined)[]])[],
])[] = [
  [
    REQUEST,
    [
      ["EXT.ask", [...noId, undefined]],
      ["EXT.backlog", [...noCount, undefined]],
      ["EXT.serviceMs", [...noDuration, undefined]],
      ["EXT.workers", [...noCount, undefined]],
      ["EXT.lifeMs", [...noDuration, undefined]],
      ["EXT.severe", noFlag],
    ],
  ],
  [
    OFFER,
    [
      ...leaseFields("leases"),
      ["EXT.spare", [...noCount, undefined]],
      ["EXT.waitMs", [...noDuration, undefined]],
      ["EXT.standing", noFlag],
    ],
  ],
  [
    REFUSAL,
    [
      ["EXT.code", [...noText, undefined]],
      ["EXT.retryAfterMs", [...noDuration, undefined]],
      ["EXT.standing", noFlag],
      ["EXT.spare", [...noCount, undefined]],
      ["EXT.waitMs", [...noDuration, undefined]],
    ],
  ],
  [
    REDIRECT,
    [
      ["EXT.epoch", [...noEpoch, undefined]],
      ["EXT.owner", [...noId, undefined]],
      ["EXT.borrower", ["[]", "{}", "true", "7", `"${"x".repeat(129)}"`]],
      ["EXT.leaseMs", [...noDuration, undefined]],
    ],
  ],
  [RETURN, [["EXT.epoch", noEpoch]]],
  [RELEASE, [...leaseFields("leases"), ["EXT.count", noCount]]],
  [COMPLETED, leaseFields("leases")],
  [BEAT, peerFields],
  [REPLY, [...peerFields, ["EXT.leaseMs", noDuration]]],
  [ALIVE, [["EXT.epoch", noCount]]],
  [
    WELCOME,
    [
      ["EXT.epoch", noEpoch],
      ["EXT.leaseMs", noDuration],
    ],
  ],
];

describe("what is wrong with an EXT is named", () => {
  test.each(cases.flatMap(([line, fields]) => fields.map(([field, values]) => [line, field, values] as const)))(
    "%s: %s",
    (line, field, values) => {
      expect(decodeLine(line)).toHaveProperty("message");
      for (const json of values) {
        expect({ json, decoded: decodeLine(altered(line, field, json)) }).toMatchObject({
          decoded: {
            violation: {
              code: "ERR_FIELD_INVALID",
              fatal: false,
              detail: expect.stringContaining(`field ${field} is `),
            },
          },
        });
      }
    },
  );

  test.each(noPair)("a lease is a pair, and %s is none", (json) => {
    expect(decodeLine(altered(OFFER, "EXT.leases.0", json))).toMatchObject({
      violation: { detail: "offer: field EXT.leases.0.0 is missing" },
    });
  });
});

describe("an EXT that is none of ours", () => {
  test.each(cases.map(([line]) => line))("adds nothing: %s", (line) => {
    const plain = decodeLine(altered(line, "EXT", undefined));
    expect(plain).not.toEqual(decodeLine(line));
    for (const json of ["null", "[]", "true", '""', "1", "{}", '{"v":2}', '{"v":"1"}', '[{"v":1}]']) {
      expect(decodeLine(altered(line, "EXT", json))).toEqual(plain);
    }
  });

  test("nor one in an older spelling", () => {
    const extension = ',"EXT":{"v":1,"ask":7,"code":7,"leases":7,"figures":7,"leaseMs":"x"}}';
    for (const { examples } of taskSpecs) {
      for (const { line, message } of examples) {
        if (!("dialect" in message) || message.dialect === "class") continue;
        expect(decodeLine(line.replace(/\}$/, extension))).toEqual({ message });
      }
    }
  });
});

describe("what may be left out of an EXT", () => {
  test.each([
    [REQUEST, "EXT.severe", { terms: { isSevere: false } }],
    [OFFER, "EXT.standing", { terms: { isStanding: false } }],
    [OFFER, "EXT.leases", { terms: { leases: [] } }],
    [REFUSAL, "EXT.standing", { terms: { isStanding: false } }],
    [RELEASE, "EXT.leases", { terms: { leases: [], count: 1 } }],
    [COMPLETED, "EXT.leases", { leases: [] }],
  ])("%s: %s", (line, field, message) => {
    expect(decodeLine(altered(line, field, undefined))).toMatchObject({ message });
  });

  test.each([
    [REDIRECT, "EXT.borrower", "terms.borrower"],
    [RETURN, "EXT.epoch", "epoch"],
    [RELEASE, "EXT.count", "terms.count"],
    [BEAT, "EXT.figures", "peer.figures"],
    [BEAT, "EXT.figures.at", "peer.figures.at"],
    [BEAT, "EXT.figures.http", "peer.figures.http"],
    [BEAT, "EXT.guests", "peer.guests"],
    [REPLY, "EXT.wanted", "peer.wanted"],
    [REPLY, "EXT.leaseMs", "leaseMs"],
    [ALIVE, "EXT.epoch", "hello.epoch"],
    [WELCOME, "EXT.epoch", "epoch"],
    [WELCOME, "EXT.leaseMs", "leaseMs"],
  ])("%s: %s is then absent, not undefined", (line, field, property) => {
    const message = (json: string): unknown => {
      const decoded = decodeLine(json);
      return "message" in decoded ? decoded.message : decoded;
    };
    expect(message(line)).toHaveProperty(property);
    expect(message(altered(line, field, undefined))).not.toHaveProperty(property);
  });

  test("a worker that has seen no lease says 0 or nothing", () => {
    expect(decodeLine(altered(ALIVE, "EXT.epoch", "0"))).toEqual(decodeLine(altered(ALIVE, "EXT.epoch", undefined)));
    const decoded = decodeLine(altered(ALIVE, "EXT.epoch", "0"));
    if (!("message" in decoded) || decoded.message.kind !== "worker-alive" || decoded.message.hello === undefined) {
      throw new Error("an ALIVE with a hello");
    }
    const { message } = decoded;
    const hello = { ...decoded.message.hello, epoch: 0 };
    expect(encodeMessage({ ...message, hello })).toBe(encodeMessage(message));
  });
});

describe("leases in a beat", () => {
  const pairs = (count: number): string =>
    JSON.stringify(Array.from({ length: count }, (_, index) => [`w${index}`, 1]));

  test.each(["guests", "wanted"])("are 512 at most: %s", (name) => {
    expect(decodeLine(altered(BEAT, `EXT.${name}`, pairs(PEER_LEASES_MAX)))).toHaveProperty("message");
    expect(decodeLine(altered(BEAT, `EXT.${name}`, pairs(PEER_LEASES_MAX + 1)))).toEqual({
      violation: {
        code: "ERR_FIELD_INVALID",
        detail: `heartbeat-request: field EXT.${name} has 513 leases, and 512 are the most`,
        fatal: false,
      },
    });
  });
});

test.each(["guests", "wanted"] as const)("only a beat with leases may be longer than the class's lines: %s", (name) => {
  const beat = { kind: "heartbeat-request", dialect: "class", from: nodeId("m1") } as const;
  const leases = Array.from({ length: PEER_LEASES_MAX }, (_, index) => ({ worker: nodeId(`w${index}`), epoch: 1 }));
  const long = encodeMessage({ ...beat, peer: { [name]: leases } });
  expect(long.length).toBeGreaterThan(CLASS_LINE_MAX_BYTES);
  expect(decodeLine(long.trimEnd())).toEqual({ message: { ...beat, peer: { [name]: leases } } });
});

test("codes and states of later versions are made safe to print, and cut", () => {
  const words = JSON.stringify(`\u001b[31m\u202e${"x".repeat(1_000)}`);
  expect(decodeLine(altered(REFUSAL, "EXT.code", words))).toMatchObject({
    message: { terms: { code: expect.stringMatching(/^[ -~]{64}$/) } },
  });
  expect(decodeLine(altered(BEAT, "EXT.figures.state", words))).toMatchObject({
    message: { peer: { figures: { state: expect.stringMatching(/^[ -~]{64}$/) } } },
  });
});

test("a wait without end is written as the largest integer", () => {
  const decoded = decodeLine(OFFER);
  if (!("message" in decoded) || decoded.message.kind !== "offer") throw new Error("an offer");
  const { terms, ...offer } = decoded.message;
  if (terms === undefined) throw new Error("an offer with terms");
  const endless = { ...terms, waitMs: durationMs(Number.POSITIVE_INFINITY) };
  const sent: SendableMessage = { ...offer, terms: endless };
  expect(decodeLine(encodeMessage(sent).trimEnd())).toEqual({
    message: { ...offer, terms: { ...terms, waitMs: Number.MAX_SAFE_INTEGER } },
  });
});
