import { type EpochMs, epochMs, type TaskId, taskId } from "@mutirao/primitives";
import type { ChangeCells } from "../change-cells.ts";
import { endedAtOf } from "../columns.ts";

/**
 * What the thread keeps in memory of every task in the file: where it is, and when it ended. A master keeps far more of
 * each unfinished task, and of the finished ones there are not many, so this costs about 100 bytes where an index in
 * the file would cost a page for each task written under a random id.
 */
export interface KnownTasks {
  /** The place in the order of acceptance, which is the row. */
  readonly seqs: Map<TaskId, number>;
  /** When which row ended. */
  readonly ends: Map<number, EpochMs>;
  /** The place of the next task to be accepted. Some stay empty. */
  nextSeq: number;
}

export const createKnownTasks = (): KnownTasks => ({ seqs: new Map(), ends: new Map(), nextSeq: 1 });

/** A change that can be written. */
export interface PlacedChange extends Omit<ChangeCells, "id"> {
  readonly seq: number;
}

/**
 * Gives a write's new tasks their places, and finds those of the others.
 *
 * @returns or what is wrong with the write, and then it is given none.
 */
export function place(known: KnownTasks, changes: readonly ChangeCells[]): readonly PlacedChange[] | string {
  const placed: PlacedChange[] = [];
  const { seqs } = known;
  for (const { id, order, status } of changes) {
    const seq = seqs.get(id);
    if (order === undefined && seq !== undefined) {
      placed.push({ seq, order, status });
    } else if (order !== undefined && seq === undefined) {
      seqs.set(id, known.nextSeq);
      placed.push({ seq: known.nextSeq++, order, status });
    } else {
      displace(known, placed);
      return order === undefined ? `task ${id} is accepted before it is updated` : `task ${id} is accepted once`;
    }
  }
  return placed;
}

/** Takes the places back of new tasks that could not be written. */
export function displace({ seqs }: KnownTasks, changes: readonly PlacedChange[]): void {
  for (const { order } of changes) if (order !== undefined) seqs.delete(taskId(order[0] as string));
}

/** Notes the end of a task, or that it has none any more. The latest is the last. */
export function noteEnd({ ends }: KnownTasks, { seq, status }: PlacedChange): void {
  if (status === undefined) return;
  ends.delete(seq);
  const endedAt = endedAtOf(status);
  if (endedAt !== undefined) ends.set(seq, epochMs(endedAt));
}
