import { expect, test } from "vitest";
import { createSerialSlots } from "../src/pool/serial-slots.ts";

test("things are found by their serials, and are gone when they are deleted", () => {
  const slots = createSerialSlots<string>();
  slots.set(1, "one");
  slots.set(2, "two");
  expect([slots.get(1), slots.get(2), slots.get(65), slots.size]).toStrictEqual(["one", "two", undefined, 2]);
  // An old serial says nothing about the one that has its slot now.
  slots.delete(65);
  slots.delete(1);
  slots.delete(1);
  expect([slots.get(1), slots.size]).toStrictEqual([undefined, 1]);
  slots.set(65, "sixty-five");
  expect([slots.get(1), slots.get(65), slots.size]).toStrictEqual([undefined, "sixty-five", 2]);
  slots.delete(1);
  expect(slots.values()).toStrictEqual(["two", "sixty-five"]);
});

test("a serial whose slot is taken is left out, however long that is", () => {
  const slots = createSerialSlots<number>();
  let serial = 0;
  const next = (): number => {
    serial = slots.nextFree(serial);
    slots.set(serial, serial);
    return serial;
  };
  for (let count = 0; count < 3; count++) next();
  for (let count = 0; count < 1_000; count++) slots.delete(next());
  expect(slots.values()).toStrictEqual([1, 2, 3]);
  expect(slots.size).toBe(3);
  for (let count = 0; count < 61; count++) next();
  expect(slots.size).toBe(64);
  expect(new Set(slots.values().map((each) => each % 64)).size).toBe(64);
});
