import { expect, it } from "vitest";
import { addCounts, createHistogram, quantileMs } from "../src/histogram.ts";

it("finds quantiles within one per cent", () => {
  const histogram = createHistogram();
  for (let durationMs = 1; durationMs <= 1_000; durationMs++) histogram.record(durationMs);
  for (const [share, expected] of [
    [0.5, 500],
    [0.99, 990],
    [1, 1_000],
  ] as const) {
    const found = quantileMs(histogram.counts, share);
    expect(Math.abs(found / expected - 1)).toBeLessThan(0.01);
  }
});

it("counts a record as often as it is told to", () => {
  const histogram = createHistogram();
  histogram.record(1, 99);
  histogram.record(100, 1);
  expect(quantileMs(histogram.counts, 0.99)).toBeCloseTo(1, 1);
  expect(quantileMs(histogram.counts, 1)).toBeGreaterThan(99);
});

it("keeps durations below and above its range in its first and last bucket", () => {
  const histogram = createHistogram();
  histogram.record(0);
  expect(quantileMs(histogram.counts, 1)).toBeLessThan(0.001);
  histogram.record(1e12);
  expect(quantileMs(histogram.counts, 1)).toBeGreaterThan(900_000);
});

it("knows no quantile of nothing, and nothing after it was cleared", () => {
  const histogram = createHistogram();
  expect(quantileMs(histogram.counts, 0.5)).toBeNaN();
  histogram.record(1);
  histogram.clear();
  expect(quantileMs(histogram.counts, 0.5)).toBeNaN();
});

it("adds up what several processes counted", () => {
  const [fast, slow] = [createHistogram(), createHistogram()];
  fast.record(1, 10);
  slow.record(100, 30);
  const all = addCounts([fast.counts, slow.counts]);
  expect(quantileMs(all, 0.2)).toBeCloseTo(1, 1);
  expect(quantileMs(all, 0.3)).toBeGreaterThan(99);
});
