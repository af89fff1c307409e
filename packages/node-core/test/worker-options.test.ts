import { describe, expect, test } from "vitest";
import {
  type OptionProblem,
  parseWorkerOptions,
  type TypedOptions,
  toTransportLimits,
  toWorkerNodeOptions,
  workerOptions,
} from "../src/index.ts";

const MASTER = { master: "127.0.0.1:9101" };

function parsed(typed: TypedOptions) {
  const result = parseWorkerOptions(typed);
  if (!("values" in result)) throw new Error(result.message);
  return result.values;
}

function problem(typed: TypedOptions): OptionProblem {
  const result = parseWorkerOptions(typed);
  if ("values" in result) throw new Error("that was accepted");
  return result;
}

test("a worker needs to know its master, and nothing else", () => {
  const options = toWorkerNodeOptions(parsed(MASTER), { boot: "b", types: ["QUERY"] });
  expect(options).toEqual({
    master: { host: "127.0.0.1", port: 9101 },
    boot: "b",
    types: ["QUERY"],
    slots: 1,
    style: "auto",
    pollMs: 1_000,
    answerMs: 12_000,
    reportMs: 5_000,
    backOffMaxMs: 2_000,
    foreignTimeoutMs: 60_000,
    foreignLeaseMs: 900_000,
    malformedPerConnectionMax: 10,
    malformedPerSourceMax: 100,
    muteMs: 60_000,
  });
});

test("its transport reads a master faster, and waits longer, than a node does a stranger", () => {
  expect(toTransportLimits(parsed(MASTER))).toMatchObject({
    idleMs: 120_000,
    linesPerSecondMax: 100_000,
    linesBurstMax: 100_000,
    lineMaxBytes: 65_536,
    connectMs: 2_000,
  });
});

describe("a mistake is told in one line that names the flag and says what to do", () => {
  test.each([
    ["no master", {}, "ERR_OPTION_MISSING", "--master"],
    ["a master without a port", { master: "127.0.0.1" }, "ERR_OPTION_INVALID", "--master"],
    ["two masters in one", { master: "a:1,b:2" }, "ERR_OPTION_INVALID", "--master"],
    ["no slots", { ...MASTER, slots: "0" }, "ERR_OPTION_INVALID", "--slots"],
    ["more slots than a session has", { ...MASTER, slots: "65" }, "ERR_OPTION_INVALID", "--slots"],
    ["an unknown style", { ...MASTER, style: "shove" }, "ERR_OPTION_INVALID", "--style"],
    ["an id with a space", { ...MASTER, id: "a b" }, "ERR_OPTION_INVALID", "--id"],
    ["a host that is no host", { ...MASTER, host: "a b" }, "ERR_OPTION_INVALID", "--host"],
    ["polling without a pause", { ...MASTER, pollMs: "0" }, "ERR_OPTION_INVALID", "--poll"],
    ["lines shorter than our masters'", { ...MASTER, lineMaxBytes: "1024" }, "ERR_OPTION_INVALID", "--line-max"],
    [
      "more room for a stranger",
      { ...MASTER, lineUnidentifiedMaxBytes: "70000" },
      "ERR_OPTION_CONFLICT",
      "--line-unidentified-max",
    ],
    ["pausing above cutting", { ...MASTER, outputPauseBytes: "2000000" }, "ERR_OPTION_CONFLICT", "--output-pause"],
  ] as const)("%s", (_, typed, code, flag) => {
    const found = problem(typed);
    expect(found).toMatchObject({ code, flag });
    expect(found.message).toMatch(new RegExp(`^[ -~]*${flag}[ -~]*$`));
    expect(found.message).toMatch(/give|raise|lower/);
  });
});

test("every option tells its consequence, and its default is within its own range", () => {
  for (const { meta, schema } of Object.values(workerOptions)) {
    expect(meta.consequence).toMatch(/^[A-Za-z].{20,}\.$/s);
    expect(meta.flag).toMatch(/^--[a-z-]+ <.+>$/);
    expect(meta.default === undefined || schema.safeParse(meta.default).success).toBe(true);
  }
});
