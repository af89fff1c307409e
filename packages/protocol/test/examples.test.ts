import { describe, expect, test } from "vitest";
import { decodeLine, encodeMessage, taskSpecs } from "../src/index.ts";
import { claimants } from "./support/claimants.ts";

describe.each(taskSpecs)("$kind", (spec) => {
  test.each(spec.examples)("$line is understood", ({ line, message }) => {
    expect(decodeLine(line)).toEqual({ message });
  });

  test.each(spec.examples.filter(({ onlyReceived }) => !onlyReceived))("$line is what we send", ({ line, message }) => {
    expect(encodeMessage(message)).toBe(`${line}\n`);
  });

  test("no other kind claims its lines", () => {
    for (const { line } of spec.examples) expect(claimants(JSON.parse(line))).toEqual([spec.kind]);
  });
});
