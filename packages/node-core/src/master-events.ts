import type { Brand, DurationMs, Endpoint, JsonText, NodeId, TaskId } from "@mutirao/primitives";
import type { SystemFigures } from "@mutirao/protocol";
import type { StoreContents, StoreErrorCode, TaskRecord } from "@mutirao/task-store";
import type { Event } from "./events.ts";

/** One question that the host wants an `answer` effect for. Numbers are the host's, and never reused. */
export type RequestId = Brand<number, "RequestId">;

export const requestId = (ordinal: number): RequestId => ordinal as RequestId;

/** One write to the store. They count up from 1. */
export type WriteId = Brand<number, "WriteId">;

/** A task as it is asked for. The id is the submitter's own (an idempotency key), or made up by the host. */
export interface TaskDraft {
  readonly id: TaskId;
  readonly type: string;
  readonly payload: JsonText;
  readonly priority: number;
  readonly timeoutMs: DurationMs;
  readonly maxAttempts: number;
}

/** What the store knew when it was opened. The first event of a master, before `started`. */
export interface Recovered {
  readonly type: "recovered";
  readonly contents: StoreContents;
  /** What to add to a moment to get the time of day. Told again with every `host-measured`. */
  readonly wallOffsetMs: number;
}

/** Tasks are handed in. Answered once all that are accepted are durable. */
export interface Submit {
  readonly type: "submit";
  readonly request: RequestId;
  readonly drafts: readonly TaskDraft[];
}

/** A task is not wanted any more. Answered once that is durable. */
export interface Cancel {
  readonly type: "cancel";
  readonly request: RequestId;
  readonly task: TaskId;
}

/** A task that ended otherwise than `done` is to be tried again, from the start. Its record is the store's. */
export interface Retry {
  readonly type: "retry";
  readonly request: RequestId;
  readonly record: TaskRecord;
}

/** An operator wants workers borrowed, whatever the figures say. Answered with who was asked. */
export interface Borrow {
  readonly type: "borrow";
  readonly request: RequestId;
  /** Whom to ask, by its id or its configured address; `undefined`: whoever is likely to have some. */
  readonly peer: string | undefined;
  readonly workers: number;
}

/** An operator wants idle workers of ours sent to a peer that has not asked. Answered with the loans that begin. */
export interface Lend {
  readonly type: "lend";
  readonly request: RequestId;
  /** By its id or its configured address. */
  readonly peer: string;
  /** These, or so many, the one idle for longest first. */
  readonly workers: readonly NodeId[] | number;
}

/** An operator wants lent workers back. Answered with the loans that were called back. */
export interface Reclaim {
  readonly type: "reclaim";
  readonly request: RequestId;
  readonly what: { readonly loan: string } | { readonly peer: string } | "all";
}

/** This master is to end: nothing more is accepted. Answered once nothing is left to wait for, or the time is over. */
export interface DrainMaster {
  readonly type: "drain";
  readonly request: RequestId;
  readonly forMs: DurationMs;
  /** `guests`: it waits until the workers of others have gone; `tasks`: also for all tasks, and for own workers. */
  readonly until: "guests" | "tasks";
}

/** A write is durable, and so is every one before it. */
export interface StoreCommitted {
  readonly type: "store-committed";
  readonly write: WriteId;
}

/** Nothing of a write was kept. */
export interface StoreRefused {
  readonly type: "store-refused";
  readonly write: WriteId;
  readonly code: StoreErrorCode;
}

/** The store has forgotten these ended tasks. */
export interface StorePruned {
  readonly type: "store-pruned";
  readonly tasks: readonly TaskId[];
}

/** What the host measures of itself, about once a second. */
export interface HostFigures {
  readonly system: Readonly<Record<keyof SystemFigures, number>>;
  /** How late the event loop came round, at the 99th percentile since the last measurement. */
  readonly lagMs: DurationMs;
  /** CPU time of this process per time, 0 to the number of cores. */
  readonly processCpu: number;
  readonly rssMb: number;
}

export interface HostMeasured {
  readonly type: "host-measured";
  readonly figures: HostFigures;
  readonly wallOffsetMs: number;
  /** Where the HTTP API of this master listens, if it has one. */
  readonly http?: Endpoint;
}

/** What can happen to a master beyond what happens to every node. */
export type MasterOwnEvent =
  | Recovered
  | Submit
  | Cancel
  | Retry
  | Borrow
  | Lend
  | Reclaim
  | DrainMaster
  | StoreCommitted
  | StoreRefused
  | StorePruned
  | HostMeasured;

export type MasterEvent = Event | MasterOwnEvent;
