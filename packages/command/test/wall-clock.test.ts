import { expect, test } from "vitest";
import { createWallOffset } from "../src/wall-clock.ts";

/** Two clocks that each look moves on, as far apart as the test says. */
function scene() {
  let nowMs = 0.3;
  let aheadMs = 1_763_856_000_000.4;
  let lookTakesMs = 0.01;
  const look = (): number => {
    nowMs += lookTakesMs;
    return nowMs;
  };
  const offset = createWallOffset({ monotonicMs: look, wallMs: () => Math.floor(look() + aheadMs) });
  return {
    offset,
    trueOffset: () => aheadMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
    set: (byMs: number) => {
      aheadMs += byMs;
    },
    setLookTakes: (ms: number) => {
      lookTakesMs = ms;
    },
  };
}

test("the offset is right to the millisecond, and the same at whatever fraction of one it is asked for", () => {
  const stage = scene();
  const first = stage.offset();
  expect(Math.abs(first - stage.trueOffset())).toBeLessThan(1);
  for (let asked = 0; asked < 200; asked++) {
    stage.pass(500.137);
    expect(stage.offset()).toBe(first);
  }
});

test("a process that has to wait between two looks takes that for no change", () => {
  const stage = scene();
  const first = stage.offset();
  stage.setLookTakes(75);
  for (let asked = 0; asked < 20; asked++) expect(stage.offset()).toBe(first);
});

test.each([3_600_000, -3_600_000, 100])("a wall clock that is set by %i ms moves it by as much", (byMs) => {
  const stage = scene();
  const first = stage.offset();
  stage.set(byMs);
  expect(Math.abs(stage.offset() - first - byMs)).toBeLessThan(1);
});

test("clocks that drift apart are followed in steps of some milliseconds", () => {
  const stage = scene();
  const told = new Set<number>();
  for (let asked = 0; asked < 1_000; asked++) {
    stage.set(0.1);
    told.add(stage.offset());
    expect(Math.abs(stage.offset() - stage.trueOffset())).toBeLessThan(22);
  }
  expect(told.size).toBeLessThan(8);
});
