import type { EpochMs, TaskId } from "@mutirao/primitives";
import { endOf } from "./end-of-task.ts";
import type { TaskStatus } from "./task-record.ts";

/** Which tasks of a store have ended, and when, so that it need not look through all that it has for the oldest. */
export interface Endings {
  /** The status of a task is another. */
  note(id: TaskId, status: TaskStatus): void;
  /** Takes out those to be forgotten, the oldest end first; see `chooseToForget`. */
  take(endedBefore: EpochMs, finishedMax: number): readonly TaskId[];
}

export function createEndings(): Endings {
  /** In the order in which they ended, for as long as the time of day goes forward. */
  let ended = new Map<TaskId, EpochMs>();
  let latest = Number.NEGATIVE_INFINITY;
  let isInOrder = true;

  const takeOldest = (endedBefore: EpochMs, finishedMax: number): readonly TaskId[] => {
    const taken: TaskId[] = [];
    for (const [id, endedAt] of ended) {
      if (endedAt >= endedBefore && ended.size <= finishedMax) break;
      ended.delete(id);
      taken.push(id);
    }
    return taken;
  };

  return {
    note(id, status) {
      const end = endOf(status);
      if (end?.endedAt === ended.get(id)) return;
      ended.delete(id);
      if (end === undefined) return;
      ended.set(id, end.endedAt);
      if (end.endedAt < latest) isInOrder = false;
      latest = Math.max(latest, end.endedAt);
    },
    take(endedBefore, finishedMax) {
      if (!isInOrder) {
        ended = new Map([...ended].sort(([, a], [, b]) => a - b));
        isInOrder = true;
      }
      return takeOldest(endedBefore, finishedMax);
    },
  };
}
