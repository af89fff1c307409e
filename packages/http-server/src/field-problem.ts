import type { Problem } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import type { z } from "zod";
import { apiProblem } from "./problem.ts";

/**
 * Names the first field that is wrong, and what is wrong with it.
 *
 * @param whole what to say if it is no field, but all of it.
 */
export function fieldProblem(error: z.ZodError, whole = "the request is not of its form"): Problem {
  const [issue] = error.issues;
  if (issue === undefined) return apiProblem("ERR_REQUEST_INVALID", "the request is not understood");
  if (issue.code === "unrecognized_keys") {
    const field = printable([...issue.path, issue.keys[0] ?? ""].join("."));
    return apiProblem("ERR_REQUEST_INVALID", `there is no field ${field}: leave it out`, { field });
  }
  const field = issue.path.map(String).join(".");
  if (field === "") return apiProblem("ERR_REQUEST_INVALID", whole);
  return apiProblem("ERR_REQUEST_INVALID", `${field} ${inWords(issue)}`, { field });
}

/** Ends the sentence "timeoutMs ...". */
function inWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return isMissing(issue) ? "is missing" : `must be ${article(issue.expected)}`;
    case "too_small":
      return `${bound(issue.minimum, issue.origin)} or more`;
    case "too_big":
      return `${bound(issue.maximum, issue.origin)} or less`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    default:
      return issue.message;
  }
}

/** zod says "nonoptional" of any value that must be there, and else what was received only in its message. */
const isMissing = (issue: { readonly expected: string; readonly message: string }): boolean =>
  issue.expected === "nonoptional" || issue.message.endsWith("received undefined");

const lengths: Readonly<Record<string, string>> = { string: "character", array: "item" };

/** Of a text or a list it is the length that is bounded. */
function bound(limit: number | bigint, of: string): string {
  const unit = lengths[of];
  return unit === undefined ? `must be ${limit}` : `must have ${limit} ${unit}${limit === 1 ? "" : "s"}`;
}

const article = (type: string): string =>
  type === "int" ? "a whole number" : `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
