import { assert, type TaskId } from "@mutirao/primitives";
import { createEndings } from "./endings.ts";
import type { TaskRecord } from "./task-record.ts";
import type { TaskChange, TaskStore } from "./task-store.ts";

/** A store that forgets everything with its process, for masters whose tasks are not worth a disk, and for tests. */
export function createMemoryTaskStore(): TaskStore {
  // A map gives its entries in the order in which they were added, and keeps the place of one that is replaced.
  const records = new Map<TaskId, TaskRecord>();
  const endings = createEndings();
  let phase: "new" | "loaded" | "closed" = "new";

  const use = (): void => assert(phase === "loaded", "a store is used after load() and before close()");

  return {
    async load() {
      assert(phase === "new", "a store is loaded once, before anything else");
      phase = "loaded";
      return { unfinished: [], finished: [] };
    },
    write(changes) {
      try {
        use();
        for (const [id, record] of outcomeOf(changes, records)) {
          records.set(id, record);
          endings.note(id, record.status);
        }
      } catch (error) {
        return Promise.reject(error);
      }
      // It is as durable at once as it will ever be.
      return undefined;
    },
    async get(id) {
      use();
      return records.get(id);
    },
    async list({ state, limit }) {
      use();
      const wanted = [...records.values()].filter(({ status }) => state === undefined || status.state === state);
      return wanted.reverse().slice(0, limit);
    },
    async prune(endedBefore, finishedMax) {
      use();
      const forgotten = endings.take(endedBefore, finishedMax);
      for (const id of forgotten) records.delete(id);
      return forgotten;
    },
    async close() {
      phase = "closed";
      records.clear();
    },
  };
}

/** What the changes make of the records that they touch. Nothing is kept before all of them are known to be possible. */
function outcomeOf(
  changes: readonly TaskChange[],
  records: ReadonlyMap<TaskId, TaskRecord>,
): ReadonlyMap<TaskId, TaskRecord> {
  const outcome = new Map<TaskId, TaskRecord>();
  for (const change of changes) {
    if (change.kind === "accepted") {
      const { id } = change.task;
      assert(!records.has(id) && !outcome.has(id), `task ${id} is accepted once`);
      outcome.set(id, change.task);
    } else {
      const { id, status } = change;
      const record = outcome.get(id) ?? records.get(id);
      assert(record !== undefined, `task ${id} is accepted before it is updated`);
      outcome.set(id, { ...record, status });
    }
  }
  return outcome;
}
