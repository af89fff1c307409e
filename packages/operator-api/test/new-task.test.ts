import { describe, expect, test } from "vitest";
import { newTaskSchema } from "../src/index.ts";

const task = { type: "QUERY", payload: { USER: "ana" } };

test("what is not said has a default", () => {
  expect(newTaskSchema.parse(task)).toStrictEqual({ ...task, priority: 0, timeoutMs: 60_000, maxAttempts: 3 });
});

test.each([null, 0, "", false, [], {}, [[{}]]])("a payload may be any JSON: %j", (payload) => {
  expect(newTaskSchema.parse({ ...task, payload })).toMatchObject({ payload });
});

test.each(["a", "x".repeat(128), "order/4711?x=%2F#y", "__proto__", "...", "~", ":batch"])("%j is an id", (id) => {
  expect(newTaskSchema.parse({ ...task, id })).toMatchObject({ id });
});

describe("what is refused, by its field", () => {
  test.each([
    ["type", { payload: {} }],
    ["type", { ...task, type: "" }],
    ["type", { ...task, type: "two words" }],
    ["type", { ...task, type: "x".repeat(65) }],
    ["type", { ...task, type: "a/b" }],
    ["type", { ...task, type: 5 }],
    ["payload", { type: "QUERY" }],
    ["id", { ...task, id: "" }],
    ["id", { ...task, id: "." }],
    ["id", { ...task, id: ".." }],
    ["id", { ...task, id: "x".repeat(129) }],
    ["id", { ...task, id: "two words" }],
    ["id", { ...task, id: "é" }],
    ["id", { ...task, id: "a\nb" }],
    ["id", { ...task, id: null }],
    ["id", { ...task, id: 7 }],
    ["priority", { ...task, priority: 101 }],
    ["priority", { ...task, priority: -101 }],
    ["priority", { ...task, priority: 0.5 }],
    ["timeoutMs", { ...task, timeoutMs: 0 }],
    ["timeoutMs", { ...task, timeoutMs: -1 }],
    ["timeoutMs", { ...task, timeoutMs: 86_400_001 }],
    ["timeoutMs", { ...task, timeoutMs: "1000" }],
    ["maxAttempts", { ...task, maxAttempts: 0 }],
    ["maxAttempts", { ...task, maxAttempts: 101 }],
    ["maxAttempts", { ...task, maxAttempts: 2.5 }],
  ])("%s of %j", (field, value) => {
    const result = newTaskSchema.safeParse(value);
    expect(result.error?.issues.map(({ path }) => path.join("."))).toStrictEqual([field]);
  });

  test("a field that nobody knows", () => {
    expect(newTaskSchema.safeParse({ ...task, timeoutMS: 5 }).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["timeoutMS"] },
    ]);
  });

  test.each([null, 5, "x", [], true])("%j is no task", (value) => {
    expect(newTaskSchema.safeParse(value).success).toBe(false);
  });
});
