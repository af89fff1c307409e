import { describe, expect, test } from "vitest";
import { guardOrder } from "../src/index.ts";

const TOKEN = "correct-horse-battery";
const codeOf = (method: string, authorization?: string, token: string | undefined = TOKEN) =>
  guardOrder({ method, headers: { authorization } }, token)?.code;

describe("where there is a token", () => {
  test.for(["POST", "DELETE", "PUT", "PATCH"])("%s must bear it", (method) => {
    for (const wrong of [undefined, "", "Bearer", `Basic ${TOKEN}`, TOKEN, "Bearer x", `Bearer ${TOKEN}x`]) {
      expect(codeOf(method, wrong)).toBe("ERR_TOKEN_MISSING");
    }
    expect(codeOf(method, `Bearer ${TOKEN}x`.slice(0, -2))).toBe("ERR_TOKEN_MISSING");
    for (const right of [`Bearer ${TOKEN}`, `bearer  ${TOKEN} `]) expect(codeOf(method, right)).toBeUndefined();
  });

  test("whoever looks need not", () => {
    for (const method of ["GET", "HEAD"]) expect(codeOf(method)).toBeUndefined();
  });
});

test("where there is none, nobody is asked for it", () => {
  expect(guardOrder({ method: "POST", headers: {} }, undefined)).toBeUndefined();
});
