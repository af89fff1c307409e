import { instantMs } from "@mutirao/primitives";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createHostClock } from "../src/host-clock.ts";
import { worldMs } from "../src/scheduler.ts";

test("a clock starts anywhere and runs at its own rate", () => {
  const clock = createHostClock(500, 1.1);
  expect(clock.read(worldMs(0))).toBe(500);
  expect(clock.read(worldMs(1_000))).toBeCloseTo(1_600);
});

test("a host that wakes at the moment of the world for a deadline never finds itself early", () => {
  const amounts = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(amounts, fc.double({ min: 0.5, max: 2, noNaN: true }), amounts, (origin, rate, later) => {
      const clock = createHostClock(origin, rate);
      const deadline = instantMs(origin + later);
      const at = clock.worldAt(deadline);
      expect(clock.read(at)).toBeGreaterThanOrEqual(deadline);
      expect(clock.read(at) - deadline).toBeLessThan(0.01);
    }),
  );
});
