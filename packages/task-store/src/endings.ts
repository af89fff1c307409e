import type { EpochMs, TaskId } from "@mutirao/primitives";
import { endOf } from "./end-of-task.ts";
import type { TaskRecord } from "./task-record.ts";

/** Which tasks of a store have ended, and when, so that it need not look through all that it has for the oldest. */
export interface Endings {
  /**
   * The record of a task is another.
   *
   * @param before the one that it replaces, if there was one.
   */
  note(record: TaskRecord, before: TaskRecord | undefined): void;
  /** Takes out those to be forgotten, the oldest end first; see `chooseToForget`. */
  take(endedBefore: EpochMs, finishedMax: number): readonly TaskId[];
}

/** Records that are no longer kept are let go of when they outnumber the others and these. */
const SLACK = 64;

const isEnded = ({ status }: TaskRecord): boolean => status.state !== "pending";
const endedAtOf = ({ status }: TaskRecord): number => endOf(status)?.endedAt ?? Number.POSITIVE_INFINITY;

/**
 * A queue is enough, and costs a task no more than its place in it: one that is tried again has another record from then
 * on, and the record that still waits here is skipped.
 *
 * @param isKept whether the store still has this very record.
 */
export function createEndings(isKept: (record: TaskRecord) => boolean): Endings {
  /** In the order in which they ended, for as long as the time of day goes forward. */
  let ended: TaskRecord[] = [];
  let head = 0;
  /** How many of them are kept. */
  let size = 0;
  let latest = Number.NEGATIVE_INFINITY;
  let isInOrder = true;

  const letGoOfOthers = (): void => {
    ended = ended.slice(head).filter(isKept);
    head = 0;
  };

  return {
    note(record, before) {
      if (before !== undefined && isEnded(before)) size--;
      if (!isEnded(record)) return;
      size++;
      ended.push(record);
      const endedAt = endedAtOf(record);
      if (endedAt < latest) isInOrder = false;
      else latest = endedAt;
      if (ended.length > 2 * size + SLACK) letGoOfOthers();
    },
    take(endedBefore, finishedMax) {
      if (!isInOrder) {
        letGoOfOthers();
        ended.sort((a, b) => endedAtOf(a) - endedAtOf(b));
        isInOrder = true;
      }
      const taken: TaskId[] = [];
      for (let record = ended[head]; record !== undefined; record = ended[++head]) {
        if (!isKept(record)) continue;
        if (endedAtOf(record) >= endedBefore && size <= finishedMax) break;
        size--;
        taken.push(record.id);
      }
      return taken;
    },
  };
}
