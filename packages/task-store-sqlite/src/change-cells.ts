import { assert, type TaskId, taskId } from "@mutirao/primitives";
import { endOf, type StoreChange } from "@mutirao/task-store";
import { type Cell, isUntouched, ORDER_COLUMNS, pushOrder, pushStatus, STATUS_COLUMNS } from "./columns.ts";
import { LEASE_COLUMNS, pushLease } from "./lease-columns.ts";

/** What follows in a list of cells. */
const UNTOUCHED_TASK = 0;
const TASK = 1;
const STATUS = 2;
const LEASE = 3;

/**
 * Adds a write to a flat list of cells: the number of its changes, then of each change its kind and its columns. An
 * update has only the id of those of the order, and a task to which nothing has happened none of those of the status.
 */
export function pushWrite(cells: Cell[], changes: readonly StoreChange[]): void {
  // Nothing of a write is there before all of it is known to be right.
  for (const change of changes) assertStorable(change);
  cells.push(changes.length);
  for (const change of changes) {
    if (change.kind === "updated") {
      cells.push(STATUS, change.id);
      pushStatus(cells, change.status);
    } else if (change.kind === "leased") {
      cells.push(LEASE);
      pushLease(cells, change.lease);
    } else if (isUntouched(change.task.status)) {
      cells.push(UNTOUCHED_TASK);
      pushOrder(cells, change.task);
    } else {
      cells.push(TASK);
      pushOrder(cells, change.task);
      pushStatus(cells, change.task.status);
    }
  }
}

function assertStorable(change: StoreChange): void {
  if (change.kind === "leased") {
    assertWellFormed(change.lease.worker);
    return;
  }
  const { id, status } = change.kind === "accepted" ? change.task : change;
  assertWellFormed(id);
  endOf(status);
}

/** Half a surrogate pair has no UTF-8, and two ids would become one. */
const assertWellFormed = (id: string): void => assert(id.isWellFormed(), "an id is well-formed text");

/** A change at the other end. */
export type ChangeCells = TaskCells | LeaseCells;

export interface LeaseCells {
  readonly kind: "lease";
  readonly lease: readonly Cell[];
}

export interface TaskCells {
  readonly kind: "task";
  readonly id: TaskId;
  /** Of a task that was accepted. */
  readonly order: readonly Cell[] | undefined;
  /** `undefined` if nothing has happened to the task yet. */
  readonly status: readonly Cell[] | undefined;
}

/** Reads the writes of a flat list. */
export function readWrites(cells: readonly Cell[]): readonly (readonly ChangeCells[])[] {
  const writes: ChangeCells[][] = [];
  for (let at = 0; at < cells.length; ) {
    const changes: ChangeCells[] = [];
    const count = cells[at++] as number;
    while (changes.length < count) {
      const kind = cells[at++];
      if (kind === LEASE) {
        const end = at + LEASE_COLUMNS.length;
        changes.push({ kind: "lease", lease: cells.slice(at, end) });
        at = end;
        continue;
      }
      const statusAt = at + (kind === STATUS ? 1 : ORDER_COLUMNS.length);
      const end = statusAt + (kind === UNTOUCHED_TASK ? 0 : STATUS_COLUMNS.length);
      changes.push({
        kind: "task",
        id: taskId(cells[at] as string),
        order: kind === STATUS ? undefined : cells.slice(at, statusAt),
        status: kind === UNTOUCHED_TASK ? undefined : cells.slice(statusAt, end),
      });
      at = end;
    }
    writes.push(changes);
  }
  return writes;
}
