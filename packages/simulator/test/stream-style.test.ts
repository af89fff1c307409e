import { createPrng } from "@mutirao/primitives";
import fc from "fast-check";
import { expect, test } from "vitest";
import { drawCuts } from "../src/network/stream-style.ts";

test("a write is cut into parts that are not empty and add up to it", () => {
  const rate = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      rate,
      rate,
      fc.string(),
      (length, cutRate, byteByByteRate, seed) => {
        const cuts = drawCuts(length, { cutRate, byteByByteRate, mergeRate: 0, windowBytes: 1 }, createPrng(seed));
        expect(Math.min(...cuts)).toBeGreaterThan(0);
        expect(cuts.reduce((sum, cut) => sum + cut, 0)).toBe(length);
      },
    ),
  );
});
