import { isEndState, type Task } from "@mutirao/operator-api";
import { expect } from "vitest";

/** Remembers each task as it was when it was first seen to have ended. */
export interface Recollection {
  /** How many tasks were seen to have ended. */
  readonly size: number;
  /** Fails if the task has ended otherwise than it had before. */
  see(task: Task): void;
}

export function createRecollection(): Recollection {
  const ended = new Map<string, Task>();
  return {
    get size() {
      return ended.size;
    },
    see(task) {
      const before = ended.get(task.id);
      if (before !== undefined) expect(task, `the record of ${task.id}, which had ended`).toStrictEqual(before);
      else if (isEndState(task.state)) ended.set(task.id, task);
    },
  };
}
