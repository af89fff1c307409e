import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createScheduler, worldMs } from "../src/scheduler.ts";

describe("the scheduler", () => {
  test("runs what is due in the order of time, and of scheduling at one moment", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (moments) => {
        const scheduler = createScheduler();
        const ran: [number, number][] = [];
        for (const [index, at] of moments.entries()) scheduler.at(worldMs(at), () => ran.push([at, index]));
        while (scheduler.step(worldMs(100))) expect(scheduler.now).toBe(ran.at(-1)?.[0]);
        expect(ran).toEqual(moments.map((at, index) => [at, index]).toSorted(([a = 0], [b = 0]) => a - b));
        expect([scheduler.now, scheduler.pending, scheduler.ran]).toEqual([100, 0, moments.length]);
      }),
    );
  });

  test("what is scheduled on the way comes in its turn, and never in the past", () => {
    const scheduler = createScheduler();
    const ran: string[] = [];
    scheduler.at(worldMs(10), () => {
      scheduler.at(worldMs(3), () => ran.push(`late at ${scheduler.now}`));
      scheduler.after(5, () => ran.push(`after at ${scheduler.now}`));
    });
    scheduler.at(worldMs(12), () => ran.push(`twelve at ${scheduler.now}`));
    while (scheduler.step(worldMs(20)));
    expect(ran).toEqual(["late at 10", "twelve at 12", "after at 15"]);
  });

  test("leaves what comes later than it was asked to run", () => {
    const scheduler = createScheduler();
    scheduler.at(worldMs(10), () => {});
    expect(scheduler.step(worldMs(9))).toBe(false);
    expect([scheduler.now, scheduler.pending]).toEqual([9, 1]);
  });
});
