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
  const endings = createEndings((record) => records.get(record.id) === record);
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
        for (const step of makeAll(changes, { records, leases })) {
          if ("record" in step) endings.note(step.record, step.before);
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

const isHome = ({ borrower }: LeaseRecord): boolean => borrower === undefined;

interface Kept {
  readonly records: Map<TaskId, TaskRecord>;
  readonly leases: Map<NodeId, LeaseRecord>;
}

/** What a change has put in the place of what. */
type Step =
  | { readonly record: TaskRecord; readonly before: TaskRecord | undefined }
  | { readonly lease: LeaseRecord; readonly before: LeaseRecord | undefined };

/** Keeps all changes, or none: one that is impossible is thrown out of here with those before it undone. */
function makeAll(changes: readonly StoreChange[], kept: Kept): readonly Step[] {
  const steps: Step[] = [];
  try {
    for (const change of changes) steps.push(make(change, kept));
  } catch (error) {
    for (const step of steps.toReversed()) undo(step, kept);
    throw error;
  }
  return steps;
}

function make(change: StoreChange, { records, leases }: Kept): Step {
  if (change.kind === "leased") {
    const { lease } = change;
    const before = leases.get(lease.worker);
    const mistake = leaseMistake(lease.worker, lease.epoch, before?.epoch);
    assert(mistake === undefined, mistake ?? "the lease is possible");
    leases.set(lease.worker, lease);
    return { lease, before };
  }
  if (change.kind === "accepted") {
    const { task } = change;
    assert(!records.has(task.id), `task ${task.id} is accepted once`);
    records.set(task.id, task);
    return { record: task, before: undefined };
  }
  const before = records.get(change.id);
  assert(before !== undefined, `task ${change.id} is accepted before it is updated`);
  const record = { ...before, status: change.status };
  records.set(change.id, record);
  return { record, before };
}

function undo(step: Step, { records, leases }: Kept): void {
  if ("lease" in step) putBack(leases, step.lease.worker, step.before);
  else putBack(records, step.record.id, step.before);
}

function putBack<Key, Value>(map: Map<Key, Value>, key: Key, before: Value | undefined): void {
  if (before === undefined) map.delete(key);
  else map.set(key, before);
}
