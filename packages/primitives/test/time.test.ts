import { expect, test } from "vitest";
import {
  acceptedConnId,
  after,
  dialledConnId,
  earlierOf,
  elapsed,
  instantMs,
  isDialled,
  laterOf,
  seconds,
} from "../src/index.ts";

test("durations move instants, and instants differ by durations", () => {
  const start = instantMs(100);
  expect(after(start, seconds(1.5))).toBe(1_600);
  expect(elapsed(start, instantMs(40))).toBe(-60);
  expect(laterOf(start, instantMs(40))).toBe(start);
});

test("the earlier of two deadlines, where undefined never comes", () => {
  expect(earlierOf(instantMs(3), instantMs(2))).toBe(2);
  expect(earlierOf(undefined, instantMs(3))).toBe(3);
  expect(earlierOf(instantMs(3), undefined)).toBe(3);
  expect(earlierOf(undefined, undefined)).toBeUndefined();
});

test("connections that were dialled and accepted never share a number", () => {
  const ordinals = [0, 1, 2, 1_000_000];
  expect(ordinals.map((ordinal) => isDialled(dialledConnId(ordinal)))).toEqual([true, true, true, true]);
  expect(ordinals.map((ordinal) => isDialled(acceptedConnId(ordinal)))).toEqual([false, false, false, false]);
});
