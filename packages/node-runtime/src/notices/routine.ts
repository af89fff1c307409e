import type { Notice } from "@mutirao/node-core";

/**
 * Whether a notice is one of those that come with every task that is well. They are told at `debug` only, and their
 * sentence is not worth making where nobody reads it.
 */
export function isRoutine(notice: Notice): boolean {
  switch (notice.kind) {
    case "task-recorded":
      return notice.state === "done" || notice.state === "cancelled";
    case "task-started":
    case "task-ended":
      return true;
    default:
      return false;
  }
}
