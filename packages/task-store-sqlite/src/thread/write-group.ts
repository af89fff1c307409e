import type { DatabaseSync } from "node:sqlite";
import { readWrites } from "../change-cells.ts";
import type { Cell } from "../columns.ts";
import type { Mistake } from "../messages.ts";
import { displace, type KnownTasks, noteEnd, type PlacedChange, place } from "./known-tasks.ts";
import { checkOf } from "./row-check.ts";
import { createRowWriter } from "./row-writer.ts";
import { STATUSES_COLUMNS, TASKS_COLUMNS } from "./schema.ts";
import type { Transact } from "./transaction.ts";

/**
 * Makes writes durable in one transaction, given as batches of cells. A mistake in a write keeps that one out, and no
 * other.
 *
 * @returns the mistakes in each batch.
 */
export type WriteGroup = (batches: readonly (readonly Cell[])[]) => readonly (readonly Mistake[])[];

export function createWriteGroup(database: DatabaseSync, known: KnownTasks, transact: Transact): WriteGroup {
  const writeTasks = createRowWriter(database, "tasks", TASKS_COLUMNS);
  const writeStatuses = createRowWriter(database, "statuses", STATUSES_COLUMNS);

  return (batches) => {
    const changes: PlacedChange[] = [];
    const mistakes = batches.map((cells) => placeBatch(known, cells, changes));
    if (changes.length === 0) return mistakes;
    try {
      const { tasks, statuses } = rowsOf(changes);
      transact(() => {
        writeTasks(tasks);
        writeStatuses(statuses);
      });
    } catch (error) {
      displace(known, changes);
      throw error;
    }
    for (const change of changes) noteEnd(known, change);
    return mistakes;
  };
}

/** Adds the changes of the writes that are possible, and gives the mistakes in the others. */
function placeBatch(known: KnownTasks, cells: readonly Cell[], changes: PlacedChange[]): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  for (const [index, asked] of readWrites(cells).entries()) {
    const placed = place(known, asked);
    if (typeof placed === "string") mistakes.push([index, placed]);
    else for (const change of placed) changes.push(change);
  }
  return mistakes;
}

/** The rows of each table. Of the same task the last status counts, as they are written in this order. */
function rowsOf(changes: readonly PlacedChange[]): {
  readonly tasks: readonly Cell[];
  readonly statuses: readonly Cell[];
} {
  const [tasks, statuses]: [Cell[], Cell[]] = [[], []];
  for (const { seq, order, status } of changes) {
    if (order !== undefined) tasks.push(seq, ...order, checkOf(seq, order));
    if (status !== undefined) statuses.push(seq, ...status, checkOf(seq, status));
  }
  return { tasks, statuses };
}
