import { durationMs, instantMs } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { createArrivalRate } from "../src/machines/arrival-rate.ts";
import { createMoveCost } from "../src/machines/move-cost.ts";
import { createServiceTime, priorServiceMs } from "../src/machines/service-time.ts";

test("the service time begins with the first task and follows those after it slowly", () => {
  const service = createServiceTime();
  expect(service.measuredMs).toBeUndefined();
  service.onServed(durationMs(100));
  expect(service.measuredMs).toBe(100);
  service.onServed(durationMs(300));
  expect(service.measuredMs).toBeCloseTo(110);
  for (let index = 0; index < 200; index++) service.onServed(durationMs(40));
  expect(service.measuredMs).toBeCloseTo(40, 1);
});

test("before that, it is what the neighbours say, whatever the odd one among them says", () => {
  expect(priorServiceMs([])).toBe(100);
  expect(priorServiceMs([durationMs(7)])).toBe(7);
  expect(priorServiceMs([durationMs(90_000), durationMs(20), durationMs(30)])).toBe(30);
});

test("the arrival rate is an average over 2 s, or over ten service times if these are longer", () => {
  for (const [serviceMs, windowMs] of [
    [0, 2_000],
    [100, 2_000],
    [1_000, 10_000],
  ] as const) {
    const arrivals = createArrivalRate(() => serviceMs);
    expect(arrivals.perMs(instantMs(0))).toBe(0);
    arrivals.onArrivals(10, instantMs(500));
    expect(arrivals.perMs(instantMs(500)) * windowMs).toBeCloseTo(10);
    expect(arrivals.perMs(instantMs(500 + windowMs)) * windowMs).toBeCloseTo(10 / Math.E);
  }
});

test("a steady stream is measured as what it is", () => {
  const arrivals = createArrivalRate(() => 100);
  for (let at = 0; at < 40_000; at += 20) arrivals.onArrivals(1, instantMs(at));
  expect(arrivals.perMs(instantMs(40_000))).toBeCloseTo(0.05, 2);
});

test("the cost of a move starts at 10 ms, and learns what moves and answers take", () => {
  const cost = createMoveCost();
  expect([cost.moveMs, cost.latencyMs]).toEqual([10, 0]);
  for (let index = 0; index < 60; index++) cost.onAnswered(durationMs(4));
  expect([cost.moveMs, cost.latencyMs]).toEqual([expect.closeTo(16, 3), expect.closeTo(2, 3)]);
  for (let index = 0; index < 60; index++) cost.onMoved(durationMs(50));
  expect(cost.moveMs).toBeCloseTo(56, 3);
});

test("a worker that was stuck for an hour, and a clock that is odd, count for little", () => {
  const cost = createMoveCost();
  cost.onMoved(durationMs(3_600_000));
  expect(cost.moveMs).toBeLessThan(1_010);
  cost.onAnswered(durationMs(-5));
  expect(cost.latencyMs).toBe(0);
});
