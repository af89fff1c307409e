import { expect, test } from "vitest";
import { apiErrorStatus, apiErrors, problemSchema, problemType } from "../src/index.ts";

test.each(Object.entries(apiErrors))(
  "%s has a meaning, a status and a place where it is explained",
  (code, meaning) => {
    const status = apiErrorStatus[code as keyof typeof apiErrors];
    const problem = { type: problemType(code), title: meaning, status, detail: "x", code };
    expect(problemSchema.parse(problem)).toStrictEqual(problem);
    expect(meaning).toMatch(/\.$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(problem.type).toMatch(/^\/errors#err_[a-z0-9_]+$/);
  },
);
