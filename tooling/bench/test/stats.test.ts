import { expect, it } from "vitest";
import { formatFigure, formatSpread, spreadOf } from "../src/stats.ts";

it("takes the middle figure of an odd number, and the mean of the two in the middle of an even one", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 });
});

it("sorts figures as numbers", () => {
  expect(spreadOf([10, 9, 100]).median).toBe(10);
});

it("refuses to summarise nothing", () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});

it("shows three significant digits, of which at most two are decimals", () => {
  const shown = [0, 0.0123, 0.91234, 1.5, 13.456, 987.6, 74_123, 2_719_634].map(formatFigure);
  expect(shown).toEqual(["0", "0.01", "0.91", "1.50", "13.5", "988", "74,100", "2,720,000"]);
});

it("shows the least and the greatest figure beside the median, unless there is only one", () => {
  expect(formatSpread({ median: 2, min: 1, max: 3 })).toBe("2.00 (1.00-3.00)");
  expect(formatSpread({ median: 2, min: 2, max: 2 })).toBe("2.00");
});
