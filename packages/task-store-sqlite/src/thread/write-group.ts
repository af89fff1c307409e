import type { DatabaseSync } from "node:sqlite";
import { readWrites } from "../change-cells.ts";
import type { Cell } from "../columns.ts";
import type { Mistake } from "../messages.ts";
import { displace, type KnownRows, noteEnd, type PlacedChange, place } from "./known-rows.ts";
import { checkOf, leaseCheckOf } from "./row-check.ts";
import { createRowWriter } from "./row-writer.ts";
import { LEASES_COLUMNS, STATUSES_COLUMNS, TASKS_COLUMNS } from "./schema.ts";
import type { Transact } from "./transaction.ts";

/**
 * Makes writes durable in one transaction, given as batches of cells. A mistake in a write keeps that one out, and no
 * other.
 *
 * @returns the mistakes in each batch.
 */
export type WriteGroup = (batches: readonly (readonly Cell[])[]) => readonly (readonly Mistake[])[];

export function createWriteGroup(database: DatabaseSync, known: KnownRows, transact: Transact): WriteGroup {
  const writeTasks = createRowWriter(database, "tasks", TASKS_COLUMNS);
  const writeStatuses = createRowWriter(database, "statuses", STATUSES_COLUMNS);
  const writeLeases = createRowWriter(database, "leases", LEASES_COLUMNS);

  return (batches) => {
    const changes: PlacedChange[] = [];
    const mistakes = batches.map((cells) => placeBatch(known, cells, changes));
    if (changes.length === 0) return mistakes;
    try {
      const { tasks, statuses, leases } = rowsOf(changes);
      transact(() => {
        writeTasks(tasks);
        writeStatuses(statuses);
        writeLeases(leases);
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
function placeBatch(known: KnownRows, cells: readonly Cell[], changes: PlacedChange[]): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  for (const [index, asked] of readWrites(cells).entries()) {
    const placed = place(known, asked);
    if (typeof placed === "string") mistakes.push([index, placed]);
    else for (const change of placed) changes.push(change);
  }
  return mistakes;
}

/** The rows of each table. Of the same task the last status counts, and of a worker the last lease: this is their order. */
function rowsOf(changes: readonly PlacedChange[]): {
  readonly tasks: readonly Cell[];
  readonly statuses: readonly Cell[];
  readonly leases: readonly Cell[];
} {
  const [tasks, statuses, leases]: [Cell[], Cell[], Cell[]] = [[], [], []];
  for (const change of changes) {
    if (change.kind === "lease") {
      leases.push(...change.lease, leaseCheckOf(change.lease));
      continue;
    }
    const { seq, order, status } = change;
    if (order !== undefined) tasks.push(seq, ...order, checkOf(seq, order));
    if (status !== undefined) statuses.push(seq, ...status, checkOf(seq, status));
  }
  return { tasks, statuses, leases };
}
