import type { DatabaseSync } from "node:sqlite";
import { type EpochMs, type TaskId, taskId } from "@mutirao/primitives";
import { chooseToForget } from "@mutirao/task-store";
import { createLeaseForgetting } from "./forget-leases.ts";
import type { KnownRows } from "./known-rows.ts";
import type { Transact } from "./transaction.ts";

/**
 * Forgets ended tasks, and then leases: chosen all at once, and forgotten a few at a time, so that no group has to wait
 * for long.
 */
export interface Forgetting {
  choose(endedBefore: EpochMs, finishedMax: number): void;
  /** Forgets the next few of them, durably, and gives the tasks among them; `undefined` once all are forgotten. */
  next(): readonly TaskId[] | undefined;
}

const SLICE_TASKS = 500;

export function createForgetting(database: DatabaseSync, known: KnownRows, transact: Transact): Forgetting {
  const { seqs, ends } = known;
  const ofLeases = createLeaseForgetting(database, known.leases, transact);
  const removeStatus = database.prepare("DELETE FROM statuses WHERE seq = ?");
  const removeTask = database.prepare("DELETE FROM tasks WHERE seq = ? RETURNING id");
  let chosen: (readonly [seq: number, endedAt: EpochMs | undefined])[] = [];

  const remove = (seq: number): TaskId => {
    removeStatus.run(seq);
    const { id } = removeTask.get(seq) as { readonly id: string };
    return taskId(id);
  };
  const forget = (rows: readonly number[]): readonly TaskId[] => {
    const ids = transact(() => rows.map(remove));
    for (const seq of rows) ends.delete(seq);
    for (const id of ids) seqs.delete(id);
    return ids;
  };

  return {
    choose(endedBefore, finishedMax) {
      chosen = chooseToForget(ends, endedBefore, finishedMax).map((seq) => [seq, ends.get(seq)]);
      ofLeases.choose();
    },
    next() {
      while (chosen.length > 0) {
        // Some may have been retried since they were chosen.
        const rows = chosen.slice(0, SLICE_TASKS).filter(([seq, endedAt]) => ends.get(seq) === endedAt);
        const ids = rows.length === 0 ? [] : forget(rows.map(([seq]) => seq));
        chosen = chosen.slice(SLICE_TASKS);
        if (ids.length > 0) return ids;
      }
      return ofLeases.next() ? [] : undefined;
    },
  };
}
