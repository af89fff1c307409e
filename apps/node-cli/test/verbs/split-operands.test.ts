import { describe, expect, test } from "vitest";
import { splitOperands } from "../../src/verbs/split-operands.ts";
import { submitVerb } from "../../src/verbs/submit-verb.ts";

describe("flags and operands", () => {
  const split = (...argv: readonly string[]) => splitOperands(argv, submitVerb.table);

  test("are told apart wherever they stand", () => {
    expect(split("QUERY", "--id", "x", "{}", "--wait")).toStrictEqual({
      flags: ["--id", "x", "--wait"],
      operands: ["QUERY", "{}"],
    });
    expect(split("--id=x", "QUERY")).toStrictEqual({ flags: ["--id=x"], operands: ["QUERY"] });
  });

  test("a value may begin with a dash, and - is an operand", () => {
    expect(split("--priority", "-5", "--file", "-", "-")).toStrictEqual({
      flags: ["--priority", "-5", "--file", "-"],
      operands: ["-"],
    });
  });

  test("behind -- there are operands only", () => {
    expect(split("--wait", "--", "--id", "-x")).toStrictEqual({ flags: ["--wait"], operands: ["--id", "-x"] });
  });

  test("a flag without its value is left to complain about", () => {
    expect(split("--id")).toStrictEqual({ flags: ["--id"], operands: [] });
  });
});
