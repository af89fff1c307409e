import { type EpochMs, epochMs, type TaskId, taskId } from "@mutirao/primitives";
import type { ChangeCells, TaskCells } from "../change-cells.ts";
import { endedAtOf } from "../columns.ts";
import { displaceLease, type KnownLeases, type PlacedLease, placeLease } from "./known-leases.ts";

/**
 * What the thread keeps in memory of every task in the file: where it is, and when it ended. A master keeps far more of
 * each unfinished task, and of the finished ones there are not many, so this costs about 100 bytes where an index in
 * the file would cost a page for each task written under a random id.
 */
export interface KnownRows {
  /** The place in the order of acceptance, which is the row. */
  readonly seqs: Map<TaskId, number>;
  /** When which row ended. */
  readonly ends: Map<number, EpochMs>;
  /** The place of the next task to be accepted. Some stay empty. */
  nextSeq: number;
  /** The last lease of each worker. */
  readonly leases: KnownLeases;
}

export const createKnownRows = (): KnownRows => ({ seqs: new Map(), ends: new Map(), nextSeq: 1, leases: new Map() });

/** A change that can be written. */
export type PlacedChange = PlacedTask | PlacedLease;

export interface PlacedTask extends Omit<TaskCells, "id"> {
  readonly seq: number;
}

/**
 * Gives a write's new tasks their places, finds those of the others, and notes its leases.
 *
 * @returns or what is wrong with the write, and then it is given none.
 */
export function place(known: KnownRows, changes: readonly ChangeCells[]): readonly PlacedChange[] | string {
  const placed: PlacedChange[] = [];
  for (const change of changes) {
    const one = change.kind === "lease" ? placeLease(known.leases, change.lease) : placeTask(known, change);
    if (typeof one === "string") {
      displace(known, placed);
      return one;
    }
    placed.push(one);
  }
  return placed;
}

function placeTask(known: KnownRows, { kind, id, order, status }: TaskCells): PlacedTask | string {
  const { seqs } = known;
  const seq = seqs.get(id);
  if (order === undefined) {
    return seq === undefined ? `task ${id} is accepted before it is updated` : { kind, seq, order, status };
  }
  if (seq !== undefined) return `task ${id} is accepted once`;
  seqs.set(id, known.nextSeq);
  return { kind, seq: known.nextSeq++, order, status };
}

/** Takes back what was noted of changes that could not be written. */
export function displace({ seqs, leases }: KnownRows, changes: readonly PlacedChange[]): void {
  for (const change of changes.toReversed()) {
    if (change.kind === "lease") displaceLease(leases, change);
    else if (change.order !== undefined) seqs.delete(taskId(change.order[0] as string));
  }
}

/** Notes the end of a task, or that it has none any more. The latest is the last. */
export function noteEnd({ ends }: KnownRows, change: PlacedChange): void {
  if (change.kind === "lease" || change.status === undefined) return;
  const { seq, status } = change;
  ends.delete(seq);
  const endedAt = endedAtOf(status);
  if (endedAt !== undefined) ends.set(seq, epochMs(endedAt));
}
