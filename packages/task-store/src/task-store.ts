import type { EpochMs, TaskId } from "@mutirao/primitives";
import type { LeaseRecord } from "./lease-record.ts";
import type { EndState, StoredState, TaskRecord, TaskStatus } from "./task-record.ts";

/** One thing to keep. */
export type StoreChange = TaskChange | LeaseChange;

/** Something about a task. */
export type TaskChange =
  | { readonly kind: "accepted"; readonly task: TaskRecord }
  /** The status of a task that was accepted before, or earlier in the same write. */
  | { readonly kind: "updated"; readonly id: TaskId; readonly status: TaskStatus };

/** The last lease of a worker, which takes the place of the one before. */
export interface LeaseChange {
  readonly kind: "leased";
  readonly lease: LeaseRecord;
}

/** What a store knows when it is opened. */
export interface StoreContents {
  /** Every task that has not ended, in the order in which they were accepted. */
  readonly unfinished: readonly TaskRecord[];
  /** The ids of those that have, oldest end first. */
  readonly finished: readonly FinishedTask[];
  /** The last lease of each worker, the oldest change first, and those of the same moment by the worker's id. */
  readonly leases: readonly LeaseRecord[];
}

export interface FinishedTask {
  readonly id: TaskId;
  readonly state: EndState;
  readonly endedAt: EpochMs;
}

export interface ListQuery {
  readonly state: StoredState | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

/**
 * Where tasks and leases survive the master. A write is all or nothing, and writes become durable in the order in which they were
 * asked for: once a write is durable, so is every one before it.
 */
export interface TaskStore {
  /** What was kept. To be called once, before anything is written. Rejects with a {@link TaskStoreError}. */
  load(): Promise<StoreContents>;
  /**
   * Keeps changes. Resolves once they are durable, that is, in every image of the disk that a crash or a power cut from
   * then on could leave; gives `undefined` if they are already when it returns. It may be called again before earlier writes have resolved; what waits together is made durable
   * together (group commit).
   *
   * Rejects with a {@link TaskStoreError}. After `ERR_STORE_FULL` nothing of this write is kept, nor of those that were
   * asked for behind it before it was rejected, since they may build on it. After any other code the store is done for,
   * and only what `load` gives the next time tells whether this write was kept: a disk that fails does not say what it
   * has done. Changes that are impossible (a task that is accepted twice, or updated without being known, or a lease
   * whose epoch is lower than that of the worker's last one) are a mistake of the caller's: they reject with an
   * `AssertionError`, and then nothing of this write is kept, and no other is concerned.
   */
  write(changes: readonly StoreChange[]): Promise<void> | undefined;
  /** The last durable state of one task. */
  get(id: TaskId): Promise<TaskRecord | undefined>;
  /** Tasks by state, the most recently accepted first. */
  list(query: ListQuery): Promise<readonly TaskRecord[]>;
  /**
   * Forgets ended tasks: all that ended before a time, and the oldest above a number. Gives what it has forgotten, the
   * oldest end first. Writes go on meanwhile; a task that one of them makes pending again may be forgotten before or
   * kept, so nothing should be retried by hand until the answer is there.
   *
   * It also forgets the leases of workers that are home, but for those among the last to change, `LEASES_MAX` in all.
   */
  prune(endedBefore: EpochMs, finishedMax: number): Promise<readonly TaskId[]>;
  /** Makes durable what was asked for, and lets go of everything. Nothing but this may be called afterwards. */
  close(): Promise<void>;
}

/** What can be wrong with a store, by stable code. */
export const storeErrors = {
  ERR_STORE_LOCKED: "Another process uses this data directory. Stop it, or choose another `--data-dir`.",
  ERR_STORE_FULL: "The disk is full. Nothing that was accepted is lost; make room, and the master goes on by itself.",
  ERR_STORE_CORRUPT: "The store is damaged and is left as it is. Restore a copy, or choose another `--data-dir`.",
  ERR_STORE_VERSION: "The store was written by a newer version. Use that version, or choose another `--data-dir`.",
  ERR_STORE_FAILED: "The store could not be read or written, for the reason given; nothing more is accepted.",
} as const;

export type StoreErrorCode = keyof typeof storeErrors;

/** A store could not do what was asked. After `ERR_STORE_FULL` it may be asked again; after any other, not. */
export class TaskStoreError extends Error {
  override readonly name = "TaskStoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, detail: string) {
    super(`${storeErrors[code]} (${detail})`);
    this.code = code;
  }
}
