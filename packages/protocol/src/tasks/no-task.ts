import type { NoTask } from "../messages.ts";
import { hasExtension } from "./extension.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "There is nothing to do." */
export const noTask: TaskSpec<NoTask> = {
  kind: "no-task",
  meaning:
    "Answers a worker that asks for work when there is none, or none that it may have. Never sent to push workers.",
  words: { TASK: ["NO_TASK"] },
  claims: (fields) => !hasExtension(fields),
  decode: () => ({ kind: "no-task" }),
  encode: () => ({ TASK: "NO_TASK" }),
  examples: [{ line: '{"TASK":"NO_TASK"}', message: { kind: "no-task" } }],
};
