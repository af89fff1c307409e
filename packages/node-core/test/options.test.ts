import { transportLimitDefaults } from "@mutirao/transport";
import { describe, expect, test } from "vitest";
import {
  heartbeatOptions,
  parseHeartbeatOptions,
  type TypedOptions,
  toNodeOptions,
  toTransportLimits,
} from "../src/index.ts";

function parsed(typed: TypedOptions) {
  const result = parseHeartbeatOptions({ port: "9101", ...typed });
  if (!("values" in result)) throw new Error(result.message);
  return result.values;
}

function problem(typed: TypedOptions) {
  const result = parseHeartbeatOptions(typed);
  if ("values" in result) throw new Error("the options were accepted");
  return result;
}

test("a port is enough; the rest is the brief's and the limits'", () => {
  const values = parsed({});
  expect(values).toMatchObject({ port: 9101, host: "127.0.0.1", peers: [], intervalMs: 2_000, timeoutMs: 10_000 });
  expect(values.id).toBeUndefined();
  expect(toTransportLimits(values)).toEqual(transportLimitDefaults);
});

test("seconds are typed with or without a fraction", () => {
  expect(parsed({ interval: "9", intervalMs: "0.25", timeoutMs: "1.5" })).toMatchObject({
    intervalMs: 250,
    timeoutMs: 1_500,
  });
});

test("a peer that is named twice is one peer", () => {
  const values = parsed({ peers: ["127.0.0.1:9102", "LOCALHOST:9103", "127.0.0.1:9102", "[::1]:9104"] });
  expect(toNodeOptions(values, "brief").peers).toEqual([
    { host: "127.0.0.1", port: 9102 },
    { host: "localhost", port: 9103 },
    { host: "::1", port: 9104 },
  ]);
});

test("an answer is never waited for longer than half of the timeout", () => {
  expect(toNodeOptions(parsed({ timeoutMs: "4" }), "brief").answerMs).toBe(2_000);
  expect(toNodeOptions(parsed({ timeoutMs: "60" }), "brief").answerMs).toBe(3_000);
});

describe("a mistake is told in one line that names the flag and says what to do", () => {
  test.each([
    ["no port", {}, "ERR_OPTION_MISSING", "--port"],
    ["a port above 65535", { port: "70000" }, "ERR_OPTION_INVALID", "--port"],
    ["a port in hexadecimal", { port: "0x50" }, "ERR_OPTION_INVALID", "--port"],
    ["an empty port", { port: "" }, "ERR_OPTION_INVALID", "--port"],
    ["a negative interval", { port: "1", intervalMs: "-1" }, "ERR_OPTION_INVALID", "--interval"],
    ["an interval of nothing", { port: "1", intervalMs: "0" }, "ERR_OPTION_INVALID", "--interval"],
    ["an interval in another unit", { port: "1", intervalMs: "2s" }, "ERR_OPTION_INVALID", "--interval"],
    ["NaN", { port: "1", timeoutMs: "NaN" }, "ERR_OPTION_INVALID", "--timeout"],
    [
      "a timeout equal to the interval",
      { port: "1", intervalMs: "2", timeoutMs: "2" },
      "ERR_OPTION_CONFLICT",
      "--timeout",
    ],
    ["a peer without a port", { port: "1", peers: ["127.0.0.1"] }, "ERR_OPTION_INVALID", "--peer"],
    ["one bad peer among good ones", { port: "1", peers: ["a:1", "127.1:80"] }, "ERR_OPTION_INVALID", "--peer"],
    ["an id with a space", { port: "1", id: "a b" }, "ERR_OPTION_INVALID", "--id"],
    ["a host that is no host", { port: "1", host: "a b" }, "ERR_OPTION_INVALID", "--host"],
    ["more peers than allowed", { port: "1", peersMax: "1", peers: ["a:1", "b:1"] }, "ERR_OPTION_CONFLICT", "--peer"],
    [
      "strangers' lines above everybody's",
      { port: "1", lineMaxBytes: "100" },
      "ERR_OPTION_CONFLICT",
      "--line-unidentified-max",
    ],
    ["pausing above cutting", { port: "1", outputMaxBytes: "2000" }, "ERR_OPTION_CONFLICT", "--output-pause"],
  ] as const)("%s", (_, typed, code, flag) => {
    const found = problem(typed);
    expect(found).toMatchObject({ code, flag });
    expect(found.message).toMatch(new RegExp(`^[ -~]*${flag}[ -~]*$`));
    expect(found.message).toMatch(/give|raise|lower/);
  });

  test("which peer is wrong, and why", () => {
    expect(problem({ port: "1", peers: ["ok:1", "127.0.0.1"] }).message).toBe(
      '--peer cannot be "127.0.0.1" (there is no :port): give it host:port, an IP address ([::1]:9101 for IPv6) or a host name',
    );
  });
});

test("every option tells its consequence, and its default is within its own range", () => {
  for (const { meta, schema } of Object.values(heartbeatOptions)) {
    expect(meta.consequence).toMatch(/^[A-Z].{20,}\.$/s);
    expect(meta.flag).toMatch(/^--[a-z-]+ <.+>$/);
    expect(meta.default === undefined || schema.safeParse(meta.default).success).toBe(true);
  }
});
