import { CLASS_LINE_MAX_BYTES, encodedBytes, QUERY_TYPE, type Query, queryUser } from "@mutirao/protocol";
import type { LiveTask } from "./live-task.ts";

/** A task in the class's words; `undefined` if it cannot be said in them. */
export function queryOf({ order }: LiveTask): Query | undefined {
  if (order.type !== QUERY_TYPE) return undefined;
  const user = queryUser(order.payload);
  return user === undefined ? undefined : { kind: "query", user };
}

/** Whether every reader of the class's takes the task in one piece. */
export function fitsClassLine(task: LiveTask): boolean {
  // What is too long as a payload is too long as a line, and need not be read to know it.
  if (task.order.type !== QUERY_TYPE || task.order.payload.length > CLASS_LINE_MAX_BYTES) return false;
  const query = queryOf(task);
  return query !== undefined && encodedBytes(query) <= CLASS_LINE_MAX_BYTES;
}
