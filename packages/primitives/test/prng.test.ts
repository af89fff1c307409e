import fc from "fast-check";
import { expect, test } from "vitest";
import { createPrng } from "../src/index.ts";

const draw = (seed: string, count: number): number[] => {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => prng.next());
};

test("the same seed gives the same numbers, another seed others", () => {
  expect(draw("42", 100)).toEqual(draw("42", 100));
  expect(draw("42", 10)).not.toEqual(draw("43", 10));
});

test("the first numbers of seed 1 are these, on every machine", () => {
  const prng = createPrng("1");
  expect([prng.integer(0, 999), prng.integer(0, 999), prng.integer(0, 999)]).toMatchInlineSnapshot(`
    [
      539,
      346,
      305,
    ]
  `);
});

test("a fork draws from a sequence of its own, whatever was drawn before it", () => {
  const early = createPrng("7").fork("jitter");
  const parent = createPrng("7");
  parent.next();
  const late = parent.fork("jitter");
  expect(late.next()).toBe(early.next());
  expect(createPrng("7").fork("a").next()).not.toBe(createPrng("7").fork("b").next());
});

test("integers keep their bounds and reach both", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: -5, max: 5 }), fc.nat(5), (seed, min, span) => {
      const prng = createPrng(seed);
      const drawn = new Set(Array.from({ length: 400 }, () => prng.integer(min, min + span)));
      expect(Math.min(...drawn)).toBe(min);
      expect(Math.max(...drawn)).toBe(min + span);
    }),
  );
});

test("numbers are spread evenly: each tenth of the range gets a tenth of them", () => {
  const counts = new Array<number>(10).fill(0);
  for (const value of draw("spread", 100_000)) {
    const tenth = Math.floor(value * 10);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  // Five standard deviations of a binomial count of 10,000 are 474.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(474);
});
