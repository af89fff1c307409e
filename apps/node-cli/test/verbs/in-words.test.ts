import { expect, test } from "vitest";
import { agoText, countText, durationText, numberText } from "../../src/verbs/in-words.ts";

test.each([
  [0, "0 ms"],
  [999.9, "999 ms"],
  [1_000, "1.0 s"],
  [59_999, "59.9 s"],
  [60_000, "1 min"],
  [94_693, "1 min 34 s"],
  [3_599_999, "59 min 59 s"],
  [3_600_000, "1 h"],
  [7_500_000, "2 h 5 min"],
  [86_400_000, "1 d"],
  [100_000_000, "1 d 3 h"],
])("%d ms are %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test("a time of day that is yet to come, by another clock, is now", () => {
  expect(agoText("2026-11-24T15:00:10.000Z", Date.parse("2026-11-24T15:00:00.000Z"))).toBe("0 ms");
  expect(agoText("2026-11-24T15:00:00.000Z", Date.parse("2026-11-24T15:00:02.500Z"))).toBe("2.5 s");
  expect(agoText(null, 0)).toBe("never");
});

test.each([
  [12_345, "12,345"],
  [0.123, "0.12"],
  [12.34, "12.3"],
  [123.4, "123"],
])("the figure %d is %s", (value, text) => {
  expect(numberText(value)).toBe(text);
});

test("one and many", () => {
  expect([countText(1, "task"), countText(0, "task"), countText(1_000, "task")]).toStrictEqual([
    "1 task",
    "0 tasks",
    "1,000 tasks",
  ]);
});
