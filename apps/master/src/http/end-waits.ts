import type { TaskId } from "@mutirao/primitives";
import type { MasterAccess } from "../master-access.ts";

/** One request that waits for the end of a task. */
export interface EndWait {
  /** Resolves when the task has ended, when the time is over, or when nobody waits any more. Never rejects. */
  readonly over: Promise<void>;
  /** Waits no longer. */
  cancel(): void;
}

/** Requests that wait for the end of a task. */
export interface EndWaits {
  readonly count: number;
  /** Waits for an end that is yet to come; `undefined` if too many wait already. */
  begin(task: TaskId, forMs: number): EndWait | undefined;
  /** Ends all waits, and lets nobody begin another. */
  close(): void;
}

export function createEndWaits(master: MasterAccess, waitsMax: number): EndWaits {
  const waits = new Map<TaskId, Set<() => void>>();
  let count = 0;

  const release = (task: TaskId): void => {
    for (const end of [...(waits.get(task) ?? [])]) end();
  };
  const stopListening = master.onNotice((notice) => {
    if (notice.kind === "task-recorded" && waits.size > 0) release(notice.task);
  });

  return {
    get count() {
      return count;
    },
    begin(task, forMs) {
      if (count >= waitsMax) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      const ofTask = waits.get(task) ?? new Set();
      const end = (): void => {
        if (!ofTask.delete(end)) return;
        count--;
        if (ofTask.size === 0) waits.delete(task);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, forMs);
      waits.set(task, ofTask.add(end));
      count++;
      return { over: promise, cancel: end };
    },
    close() {
      stopListening();
      for (const task of [...waits.keys()]) release(task);
    },
  };
}
