import { expect, it } from "vitest";
import { parseCommand } from "../src/command.ts";
import { suites } from "../src/suites.ts";

const names = suites.map(({ name }) => name).join(", ");
const parse = (...args: readonly string[]) => parseCommand(args, suites);
const plan = { isQuick: false, only: [], rounds: undefined, isProfiling: false };

it("runs a suite, and writes the page only after a whole run", () => {
  expect(parse("heartbeat")).toMatchObject({ kind: "run", plan, isWritten: true });
  expect(parse("heartbeat", "--rounds", "9")).toMatchObject({ plan: { ...plan, rounds: 9 }, isWritten: true });
  expect(parse("heartbeat", "--no-write")).toMatchObject({ plan, isWritten: false });
  expect(parse("heartbeat", "--quick")).toMatchObject({ plan: { ...plan, isQuick: true }, isWritten: false });
  const two = parse("heartbeat", "--only", "one-shot-16", "--only=crowd");
  expect(two).toMatchObject({ plan: { ...plan, only: ["one-shot-16", "crowd"] }, isWritten: false });
});

it("drops the -- that pnpm hands on", () => {
  expect(parse("--", "heartbeat")).toMatchObject({ kind: "run", plan });
});

it("explains itself", () => {
  expect(parse("--help")).toEqual({ kind: "help" });
  expect(parse("heartbeat", "-h")).toEqual({ kind: "help" });
});

it.each([
  [[], `say what to measure (${names}), or see --help`],
  [["lungs"], `lungs cannot be measured: choose one of ${names}`],
  [["heartbeat", "lungs"], "lungs is one word too many: measure one thing at a time"],
  [["heartbeat", "--fast"], "Unknown option '--fast': see --help"],
  [["heartbeat", "--quick=yes"], "Option '--quick' does not take an argument: see --help"],
  [["heartbeat", "--rounds"], "Option '--rounds <value>' argument missing: see --help"],
  [["heartbeat", "--rounds", "0"], "--rounds 0 is not possible: give it a whole number from 1 to 1000"],
  [["heartbeat", "--rounds", "two"], "--rounds two is not possible: give it a whole number from 1 to 1000"],
])("says in one line what is wrong with %j", (args, message) => {
  expect(parse(...args)).toEqual({ kind: "mistake", message });
});

it("names the scenarios when asked for one that does not exist", () => {
  const command = parse("heartbeat", "--only", "lungs");
  expect(command).toMatchObject({ kind: "mistake", message: expect.stringMatching(/lungs.*one-shot-16, .*crowd$/) });
});
