import { expect, test } from "vitest";
import { masterDefaults, parseMasterOptions, toMasterOptions } from "../src/index.ts";

const parse = (typed: Record<string, string | readonly string[]>) => parseMasterOptions({ port: "9101", ...typed });

test("the defaults are those that the help tells", () => {
  const parsed = parse({});
  if (!("values" in parsed)) throw new Error(parsed.message);
  expect(toMasterOptions(parsed.values, "class")).toMatchObject(masterDefaults);
});

test.each([
  [{ backlogHigh: "4", backlogLow: "4" }, "--backlog-low", /must be below --backlog-high/],
  [{ backlogHigh: "4", backlogLow: "9" }, "--backlog-low", /must be below --backlog-high/],
  [{ waitHighMs: "1" }, "--wait-high", /needs --wait-low/],
  [{ waitLowMs: "1" }, "--wait-low", /needs --wait-high/],
  [{ waitHighMs: "1", waitLowMs: "1" }, "--wait-low", /must be below --wait-high/],
  [{ pushPort: "9101" }, "--push-port", /both 9101/],
  [{ intervalMs: "10", timeoutMs: "5" }, "--timeout", /must be above --interval/],
])("%o contradicts itself", (typed, flag, message) => {
  expect(parse(typed)).toMatchObject({ code: "ERR_OPTION_CONFLICT", flag, message: expect.stringMatching(message) });
});

test.each([
  [{ monitor: "nowhere" }, "--monitor"],
  [{ pushPort: "0" }, "--push-port"],
  [{ waitHighMs: "soon" }, "--wait-high"],
  [{ backlogHigh: "-1" }, "--backlog-high"],
  [{ keepMs: "0" }, "--keep"],
])("%o is refused by name", (typed, flag) => {
  const problem = parse(typed);
  expect(problem).toMatchObject({ code: "ERR_OPTION_INVALID", flag });
});

test("waits and a monitor are read", () => {
  const parsed = parse({ waitHighMs: "2.5", waitLowMs: "0.5", monitor: "[::1]:9190" });
  expect(parsed).toMatchObject({
    values: { waitHighMs: 2_500, waitLowMs: 500, monitor: { host: "::1", port: 9_190 } },
  });
});
