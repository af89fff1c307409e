import { expect, test } from "vitest";
import { readFinding } from "../src/model/finding.ts";

const counts = (errors: number): string => `
State-vector 196 byte, depth reached 76, errors: ${errors}
     3530 states, stored (6053 visited)
`;

test.for([
  ["acceptance cycle (at depth 37)", "it never ends"],
  ["invalid end state (at depth 12)", "it is stuck"],
  ["assertion violated  !(((ownerState==25)&&(master==1))) (at depth 25)", "HOME is believed while the worker is away"],
  ["assertion violated done[t] (at depth 29)", "a task is recorded that nobody did"],
  ["assertion violated  !( !(recorded[t])) (at depth 29)", "a task is recorded twice"],
  ["assertion violated (epoch>homeEpoch) (at depth 40)", "two masters are served under one epoch"],
  ["out of luck (at depth 1)", "out of luck"],
])("%s", ([printed, violation]) => {
  const output = `pan:1: ${printed}\npan: wrote x.trail\nWarning: Search not completed\n${counts(1)}`;
  expect(readFinding(output)).toEqual({ states: 3530, violation });
});

test("a search that has come to its end without an error has found nothing", () => {
  expect(readFinding(counts(0))).toEqual({ states: 3530, violation: undefined });
});

test.for(["Warning: Search not completed", "error: max search depth too small"])(
  "a search that was cut short has shown nothing: %s",
  (warning) => {
    expect(readFinding(`${warning}\n${counts(0)}`)).toEqual({ problem: "the search was not completed" });
  },
);

test("a verifier that prints no result is a problem", () => {
  expect(readFinding("Segmentation fault")).toMatchObject({ problem: expect.stringContaining("Segmentation fault") });
});

test("large counts are read", () => {
  expect(readFinding("errors: 0\n 1.5e+07 states, stored")).toEqual({ states: 15_000_000, violation: undefined });
});
