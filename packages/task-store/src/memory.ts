import { assert, type NodeId, type TaskId } from "@mutirao/primitives";
import { createEndings } from "./endings.ts";
import type { LeaseRecord } from "./lease-record.ts";
import { chooseLeasesToForget, leaseMistake } from "./leases.ts";
import type { TaskRecord } from "./task-record.ts";
import type { StoreChange, TaskStore } from "./task-store.ts";

/** A store that forgets everything with its process, for masters whose tasks are not worth a disk, and for tests. */
export function createMemoryTaskStore(): TaskStore {
  // A map gives its entries in the order in which they were added, and keeps the place of one that is replaced.
  const records = new Map<TaskId, TaskRecord>();
  const leases = new Map<NodeId, LeaseRecord>();
  const endings = createEndings();
  let phase: "new" | "loaded" | "closed" = "new";

  const use = (): void => assert(phase === "loaded", "a store is used after load() and before close()");

  return {
    async load() {
      assert(phase === "new", "a store is loaded once, before anything else");
      phase = "loaded";
      return { unfinished: [], finished: [], leases: [] };
    },
    write(changes) {
      try {
        use();
        const outcome = outcomeOf(changes, { records, leases });
        for (const [id, record] of outcome.records) {
          records.set(id, record);
          endings.note(id, record.status);
        }
        for (const [worker, lease] of outcome.leases) leases.set(worker, lease);
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
      for (const { worker } of chooseLeasesToForget([...leases.values()], isHome)) leases.delete(worker);
      return forgotten;
    },
    async close() {
      phase = "closed";
      records.clear();
      leases.clear();
    },
  };
}

interface Kept {
  readonly records: ReadonlyMap<TaskId, TaskRecord>;
  readonly leases: ReadonlyMap<NodeId, LeaseRecord>;
}

const isHome = ({ borrower }: LeaseRecord): boolean => borrower === undefined;

/** What the changes make of what they touch. Nothing is kept before all of them are known to be possible. */
function outcomeOf(changes: readonly StoreChange[], known: Kept): Kept {
  const records = new Map<TaskId, TaskRecord>();
  const leases = new Map<NodeId, LeaseRecord>();
  for (const change of changes) {
    if (change.kind === "accepted") {
      const { id } = change.task;
      assert(!known.records.has(id) && !records.has(id), `task ${id} is accepted once`);
      records.set(id, change.task);
    } else if (change.kind === "updated") {
      const { id, status } = change;
      const record = records.get(id) ?? known.records.get(id);
      assert(record !== undefined, `task ${id} is accepted before it is updated`);
      records.set(id, { ...record, status });
    } else {
      const { worker, epoch } = change.lease;
      const last = leases.get(worker) ?? known.leases.get(worker);
      const mistake = leaseMistake(worker, epoch, last?.epoch);
      assert(mistake === undefined, mistake ?? "the lease is possible");
      leases.set(worker, change.lease);
    }
  }
  return { records, leases };
}
