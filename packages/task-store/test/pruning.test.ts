import { epochMs } from "@mutirao/primitives";
import { expect, it } from "vitest";
import { chooseToForget } from "../src/index.ts";

const ended = Object.entries({ a: 30, b: 10, c: 20, d: 10 }).map(([key, at]) => [key, epochMs(at)] as const);

it.each([
  { before: 0, max: 10, forgotten: "" },
  { before: 10, max: 10, forgotten: "" },
  { before: 11, max: 10, forgotten: "bd" },
  { before: 11, max: 1, forgotten: "bdc" },
  { before: 0, max: 3, forgotten: "b" },
  { before: 100, max: 10, forgotten: "bdca" },
  { before: 0, max: 0, forgotten: "bdca" },
])("before $before, and above $max, it forgets '$forgotten'", ({ before, max, forgotten }) => {
  expect(chooseToForget(ended, epochMs(before), max).join("")).toBe(forgotten);
});

it("forgets nothing of nothing", () => {
  expect(chooseToForget([], epochMs(10), 0)).toEqual([]);
});
