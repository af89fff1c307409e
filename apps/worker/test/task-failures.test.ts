import { describe, expect } from "vitest";
import { nok, ok } from "./support/outcomes.ts";
import { test } from "./support/runner-harness.ts";

describe("QUERY, which is built in", () => {
  test("gives the balance of an account, and fails for an unknown user", async ({ runners }) => {
    const runner = await runners.start({ handlers: [] });
    expect(runner.types).toStrictEqual(["QUERY"]);
    expect(await runner.run("QUERY", { USER: "ana" })).toStrictEqual(ok({ SALDO: 1250.5 }));
    expect(await runner.run("QUERY", { USER: " Bia" })).toStrictEqual(ok({ SALDO: 987 }));
    for (const user of ["nobody", "", 5, null, ["ana"], { name: "ana" }, "constructor"]) {
      expect(await runner.run("QUERY", { USER: user })).toStrictEqual(
        nok("ERR_NO_SUCH_USER", `no such user: ${JSON.stringify(user)}`),
      );
    }
    expect(await runner.run("QUERY", "ana")).toStrictEqual(nok("ERR_TASK_INPUT_INVALID", /expected object/));
  });

  test("is replaced by a module's own", async ({ runners }) => {
    const runner = await runners.start({ handlers: ["handlers/own-query.ts"] });
    expect(runner.types).toStrictEqual(["QUERY"]);
    expect(await runner.run("QUERY", { USER: "four" })).toStrictEqual(ok({ SALDO: 4 }));
    expect(await runner.run("QUERY", { USER: 4 })).toStrictEqual(
      nok("ERR_TASK_INPUT_INVALID", /field USER: .*expected string/),
    );
  });
});

describe("a handler that throws fails its task", () => {
  const cases = [
    ["throw-error", "ERR_TASK_FAILED", /^no {2}paper\\u000aleft \\u0007$/],
    ["throw-failure", "ERR_NO_PAPER", /^the tray is empty$/],
    ["throw-foreign-failure", "ERR_ELSEWHERE", /^of another copy$/],
    ["throw-text", "ERR_TASK_FAILED", /^just a text$/],
    ["throw-huge", "ERR_TASK_FAILED", /^x{509}\.\.\.$/],
    ["throw-unshowable", "ERR_TASK_FAILED", /cannot be shown/],
  ] as const;

  test("what it throws is the reason, made safe and cut", async ({ runners }) => {
    const runner = await runners.start();
    for (const [type, code, message] of cases) {
      expect([type, await runner.run(type)]).toStrictEqual([type, nok(code, message)]);
    }
    expect(await runner.run("echo", [1])).toStrictEqual(ok([1]));
  });

  test("the trace of an error that nobody intended is in the log, for who looks for it", async ({ runners }) => {
    const runner = await runners.start();
    await runner.run("throw-failure");
    await runner.run("throw-error");
    const entry = await runner.logged({ event: "handler-threw" });
    expect(entry).toMatchObject({ level: 20, taskType: "throw-error" });
    expect(entry["stack"]).toMatch(/hazards\.ts:\d+/);
    expect(runner.log.filter(({ level }) => Number(level) > 20)).toStrictEqual([]);
  });
});

describe("a handler that gives rubbish fails its task", () => {
  const cases = [
    ["give-circular", /circular/],
    ["give-bigint", /BigInt/],
    ["give-function", /JSON/],
    ["give-symbol", /JSON/],
    ["give-huge", /more than 32768 bytes/],
    ["give-deep", /deeper than/],
    ["give-wide", /more than .* items/],
    ["give-throwing-json", /not as JSON/],
    ["give-nothing", /expected object/],
  ] as const;

  test("what is wrong with it is the reason", async ({ runners }) => {
    const runner = await runners.start();
    for (const [type, message] of cases) {
      expect([type, await runner.run(type)]).toStrictEqual([type, nok("ERR_TASK_OUTPUT_INVALID", message)]);
    }
    expect(await runner.run("echo", [1])).toStrictEqual(ok([1]));
  });

  test("give-wrong: the field is named", async ({ runners }) => {
    const runner = await runners.start();
    expect(await runner.run("give-wrong", { n: 1 })).toStrictEqual(
      nok("ERR_TASK_OUTPUT_INVALID", /^the result is not right: field n: .*number/),
    );
  });
});

test("what a handler gives comes out as JSON in ASCII; nothing comes out as null", async ({ runners }) => {
  const runner = await runners.start();
  const value = { text: "ä\u2028€", list: [1, null, { deep: true }], number: -0.5 };
  const outcome = await runner.run("echo", value);
  expect(outcome).toMatchObject({ isOk: true });
  const output = outcome.isOk ? outcome.output : "";
  expect(output).toMatch(/^[ -~]+$/);
  expect(JSON.parse(output)).toStrictEqual(value);
  expect(await runner.run("nothing")).toStrictEqual(ok(null));
});

test("schemas may be asynchronous", async ({ runners }) => {
  const runner = await runners.start();
  expect(await runner.run("async-schema", { n: 4 })).toStrictEqual(ok({ n: 8 }));
  expect(await runner.run("async-schema", { n: -1 })).toStrictEqual(nok("ERR_TASK_INPUT_INVALID", /must be above 0/));
  expect(await runner.run("async-schema", { n: 5 })).toStrictEqual(nok("ERR_TASK_OUTPUT_INVALID", /must be below 10/));
});
