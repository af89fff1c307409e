import type { TaskId } from "@mutirao/primitives";
import type { TaskRecord, TaskStatus } from "@mutirao/task-store";

/** Something that keeps tasks. Each call is a group, and resolves once that is durable. */
export interface TaskKeeper {
  accept(tasks: readonly TaskRecord[]): Promise<void>;
  end(ends: readonly (readonly [id: TaskId, status: TaskStatus])[]): Promise<void>;
  close(): Promise<void>;
}

export type KeeperName = "ours" | "log" | "nothing";

/** All that are compared. */
export const KEEPERS: readonly KeeperName[] = ["ours", "log", "nothing"];

/** Keeps nothing: what remains is what it costs to make the tasks. */
export const createNothing = (): TaskKeeper => {
  const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { accept: later, end: later, close: later };
};
