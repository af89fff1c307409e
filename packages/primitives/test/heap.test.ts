import { expect, test } from "vitest";
import { createHeap, createPrng } from "../src/index.ts";

test("gives what was added in order, whatever the order of adding", () => {
  const prng = createPrng("heap");
  const heap = createHeap<number>((a, b) => a < b);
  const numbers = Array.from({ length: 500 }, () => prng.integer(0, 300));
  for (const number of numbers) heap.add(number);
  expect(heap.size).toBe(500);
  expect(heap.first()).toBe(Math.min(...numbers));
  const taken = Array.from({ length: 500 }, () => heap.takeFirst());
  expect(taken).toEqual(numbers.toSorted((a, b) => a - b));
  expect([heap.size, heap.first(), heap.takeFirst()]).toEqual([0, undefined, undefined]);
});

test("keeps its order when some are let go of", () => {
  const heap = createHeap<number>((a, b) => a < b);
  for (const number of [5, 3, 8, 1, 9, 2]) heap.add(number);
  heap.keep((number) => number % 2 === 1);
  expect([heap.takeFirst(), heap.takeFirst(), heap.takeFirst(), heap.takeFirst(), heap.takeFirst()]).toEqual([
    1,
    3,
    5,
    9,
    undefined,
  ]);
});
