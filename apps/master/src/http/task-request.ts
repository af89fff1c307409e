import { randomUUID } from "node:crypto";
import type { TaskDraft } from "@mutirao/node-core";
import { newTaskSchema, type Problem } from "@mutirao/operator-api";
import { durationMs, taskId } from "@mutirao/primitives";
import { checkPayload, QUERY_TYPE, queryUser } from "@mutirao/protocol";
import { fieldProblem } from "./field-problem.ts";
import { problemOf } from "./problem.ts";

export type TaskRequest = { readonly draft: TaskDraft } | { readonly problem: Problem };

/** Reads any JSON value as a task that is asked for. One without an id of its own is given one. */
export function readTaskRequest(value: unknown): TaskRequest {
  const read = newTaskSchema.safeParse(value);
  if (!read.success) return { problem: fieldProblem(read.error) };
  const { id, type, payload, priority, timeoutMs, maxAttempts } = read.data;
  const text = jsonOf(payload);
  const checked = text === undefined ? { problem: "is nested too deeply" } : checkPayload(text);
  if ("problem" in checked) {
    const detail = `the payload ${checked.problem}`;
    return { problem: problemOf("ERR_PAYLOAD_INVALID", detail, { field: "payload" }) };
  }
  if (type === QUERY_TYPE && queryUser(checked.payload) === undefined) return { problem: withoutUser };
  return {
    draft: {
      id: taskId(id ?? randomUUID()),
      type,
      payload: checked.payload,
      priority,
      timeoutMs: durationMs(timeoutMs),
      maxAttempts,
    },
  };
}

const withoutUser = problemOf(
  "ERR_REQUEST_INVALID",
  'the payload of a QUERY must be an object with USER: {"USER":"ana"}',
  { field: "payload.USER" },
);

/** What was parsed can be so deep that it cannot be written again: `JSON.parse` needs no stack, `JSON.stringify` does. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
