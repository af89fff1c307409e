import { assert } from "@mutirao/primitives";
import type { TaskStatus } from "./task-record.ts";
import type { FinishedTask } from "./task-store.ts";

/** How and when a task has ended, or `undefined` while it is pending. */
export function endOf({ state, endedAt }: TaskStatus): Omit<FinishedTask, "id"> | undefined {
  if (state === "pending") return undefined;
  assert(endedAt !== undefined, "an ended task says when it ended");
  return { state, endedAt };
}
