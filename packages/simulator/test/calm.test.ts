import { expect, test } from "vitest";
import { createCalm, link, target } from "../src/calm.ts";
import { worldMs } from "../src/scheduler.ts";

function createCase() {
  let now = 0;
  const calm = createCalm(() => worldMs(now));
  return { calm, at: (ms: number) => (now = ms) };
}

test("it is calm since the last of several disturbances ended", () => {
  const { calm, at } = createCase();
  const end = calm.disturb(link(1, 2), "partition");
  const endOther = calm.disturb(link(2, 1), "loss");
  expect(calm.since(link(1, 2))).toBeUndefined();
  at(10);
  end();
  expect(calm.since(link(1, 2))).toBeUndefined();
  at(20);
  endOther();
  expect(calm.since(link(1, 2))).toBe(20);
  expect(calm.since(target(1))).toBe(0);
});

test("a recovery is told once, with its fault, and not before the fault is over", () => {
  const { calm } = createCase();
  const end = calm.disturb(target(1), "pause");
  expect(calm.recovered(target(1))).toBeUndefined();
  end();
  expect(calm.recovered(target(1))).toBe("pause");
  expect(calm.recovered(target(1))).toBeUndefined();
  calm.jolt(target(1), "crash");
  expect(calm.recovered(target(1))).toBe("crash");
});
