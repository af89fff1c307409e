import { expect, test } from "vitest";
import { createBoundedMap } from "../src/index.ts";

test("evicts the key that was set longest ago", () => {
  const map = createBoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([3, undefined, 4]);
  expect(map.size).toBe(2);
});

test("keys such as __proto__ and constructor are keys like any other", () => {
  const map = createBoundedMap<string, number>(4);
  expect(map.get("constructor")).toBeUndefined();
  map.set("__proto__", 1);
  expect(map.get("__proto__")).toBe(1);
  map.delete("__proto__");
  expect([...map.values()]).toEqual([]);
});
