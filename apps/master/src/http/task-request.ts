import { randomUUID } from "node:crypto";
import { fieldProblem } from "@mutirao/http-server";
import type { TaskDraft } from "@mutirao/node-core";
import { newTaskSchema, type Problem } from "@mutirao/operator-api";
import { durationMs, taskId } from "@mutirao/primitives";
import { checkPayloadValue, QUERY_TYPE, queryInput } from "@mutirao/protocol";
import { problemOf } from "./problem.ts";

export type TaskRequest = { readonly draft: TaskDraft } | { readonly problem: Problem };

/** Reads any JSON value as a task that is asked for. One without an id of its own is given one. */
export function readTaskRequest(value: unknown): TaskRequest {
  const read = newTaskSchema.safeParse(value);
  if (!read.success) return { problem: fieldProblem(read.error, "a task is a JSON object with type and payload") };
  const { id, type, payload, priority, timeoutMs, maxAttempts } = read.data;
  const checked = checkPayloadValue(payload);
  if ("problem" in checked) {
    const detail = `the payload ${checked.problem}`;
    return { problem: problemOf("ERR_PAYLOAD_INVALID", detail, { field: "payload" }) };
  }
  if (type === QUERY_TYPE && !queryInput.safeParse(payload).success) return { problem: withoutUser };
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
