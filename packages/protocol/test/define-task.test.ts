import { jsonText } from "@mutirao/primitives";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  defineTask,
  isTaskType,
  QUERY_TYPE,
  queryInput,
  queryOutput,
  queryPayload,
  queryUser,
  type TaskContext,
  type TaskDefinition,
  TaskFailure,
} from "../src/index.ts";

const shout = defineTask({
  type: "text.shout",
  input: z.object({ text: z.string(), times: z.number().default(1) }),
  output: z.object({ shouted: z.string().transform((text) => text.length) }),
  run({ text, times }, context) {
    expectTypeOf(text).toEqualTypeOf<string>();
    expectTypeOf(times).toEqualTypeOf<number>();
    expectTypeOf(context).toEqualTypeOf<TaskContext>();
    context.progress(0.5, "half");
    return { shouted: text.toUpperCase().repeat(times) };
  },
});

describe("a task definition", () => {
  test("types what its handler takes and gives by its schemas, and is one among others", async () => {
    expectTypeOf(shout.run).returns.toEqualTypeOf<{ shouted: string } | Promise<{ shouted: string }>>();
    const definitions: readonly TaskDefinition[] = [shout];
    const [definition] = definitions;
    const told: unknown[] = [];
    const context: TaskContext = {
      taskType: "text.shout",
      signal: new AbortController().signal,
      progress: (...words) => void told.push(words),
    };
    const input = definition?.input.parse({ text: "oi", times: 2 });
    expect(await definition?.run(input, context)).toEqual({ shouted: "OIOI" });
    expect(told).toEqual([[0.5, "half"]]);
  });

  test("that would give something else does not compile", () => {
    const wrong = defineTask({
      type: "wrong",
      input: z.object({}),
      output: z.object({ sum: z.number() }),
      // @ts-expect-error a sum is a number
      run: () => ({ sum: "3" }),
    });
    expect(wrong.output.safeParse({ sum: "3" }).success).toBe(false);
  });

  test.each(["", "a b", "a/b", "é", "x".repeat(65), "a\n", "a,b"])("cannot be named %j", (type) => {
    expect(() => defineTask({ ...shout, type })).toThrow(TypeError);
    expect(isTaskType(type)).toBe(false);
  });

  test.each(["a", "QUERY", "x".repeat(64), "image.resize_v2-beta", "__proto__"])("can be named %j", (type) => {
    expect(defineTask({ ...shout, type }).type).toBe(type);
    expect(isTaskType(type)).toBe(true);
  });
});

describe("a failure with a code", () => {
  test("is an error", () => {
    const failure = new TaskFailure("NO_SUCH_USER", "no such user: ana");
    expect(failure).toBeInstanceOf(Error);
    expect(failure).toMatchObject({ name: "TaskFailure", code: "NO_SUCH_USER", message: "no such user: ana" });
    expect(failure.stack).toContain("define-task.test.ts");
  });

  test.each(["", "no such user", "ERR-X", "é", "X".repeat(65)])("cannot have the code %j", (code) => {
    expect(() => new TaskFailure(code, "message")).toThrow(TypeError);
  });
});

describe("QUERY", () => {
  test("takes a USER, any JSON, and gives a SALDO", () => {
    expect(isTaskType(QUERY_TYPE)).toBe(true);
    for (const USER of [null, "ana", 5, ["ana"], { cpf: "1" }]) expect(queryInput.parse({ USER })).toEqual({ USER });
    for (const input of [{}, null, "ana", [], { user: "ana" }]) expect(queryInput.safeParse(input).success).toBe(false);
    expect(queryOutput.parse({ SALDO: 12.5 })).toEqual({ SALDO: 12.5 });
    for (const SALDO of ["12.5", null, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(queryOutput.safeParse({ SALDO }).success).toBe(false);
    }
  });

  test.each(['"ana"', "null", '{"a":[1,"\\u00e9"]}'])("asks for %s, and says for whom it asks", (text) => {
    const user = jsonText(text);
    expect(queryUser(queryPayload(user))).toBe(user);
    expect(queryInput.parse(JSON.parse(queryPayload(user)))).toEqual({ USER: JSON.parse(text) });
  });

  test.each(["null", "5", '"ana"', "[]", "{}", '{"user":"ana"}'])("%s asks for nobody", (payload) => {
    expect(queryUser(jsonText(payload))).toBeUndefined();
  });
});
