import type { EpochMs, TaskId } from "@mutirao/primitives";
import type { FinishedTask, StoreErrorCode } from "@mutirao/task-store";
import type { Cell } from "./columns.ts";

/** What the thread is started with. */
export interface ThreadOptions {
  readonly directory: string;
  readonly fileMaxBytes: number | undefined;
}

/** What the thread is asked to do. */
export type Job = WriteJob | OtherJob;

/** Writes that were asked for in one turn of the loop, laid out as `change-cells.ts` says. */
export interface WriteJob {
  readonly kind: "write";
  readonly cells: readonly Cell[];
  /** How often the caller had been told that the disk was full when it asked for this. */
  readonly era: number;
}

export type OtherJob =
  | { readonly kind: "load" }
  | { readonly kind: "get"; readonly id: TaskId }
  /** A part of a list: what is below a place in the order of acceptance. */
  | { readonly kind: "list"; readonly state: number | undefined; readonly limit: number; readonly below: number }
  /** Chooses what to forget, for `forget` to go on with. */
  | { readonly kind: "choose"; readonly endedBefore: EpochMs; readonly finishedMax: number }
  | { readonly kind: "forget" }
  | { readonly kind: "close" };

/** What is known once the store is open. */
export interface Opened {
  /** Who had the store last, if it was not closed in good order then, in words. */
  readonly former: string | undefined;
}

export interface Results {
  readonly open: Opened;
  /** What was wrong with which write; all others are durable. */
  readonly write: readonly Mistake[];
  /** The unfinished tasks come before, as parts. */
  readonly load: { readonly finished: readonly FinishedTask[]; readonly leases: readonly (readonly Cell[])[] };
  readonly get: readonly Cell[] | undefined;
  readonly list: ListPart;
  readonly choose: undefined;
  /** Which tasks were forgotten this time; `undefined` once all is done. */
  readonly forget: readonly TaskId[] | undefined;
  readonly close: undefined;
}

/** Asks for a job to be done. Rejects with a `TaskStoreError`. */
export type Perform = <Asked extends Job>(job: Asked, part?: TakeRows) => Promise<Results[Asked["kind"]]>;

/** Takes rows that come before the result. */
export type TakeRows = (rows: readonly (readonly Cell[])[]) => void;

/** The index of a write among those of its job, and what its caller did wrong. */
export type Mistake = readonly [write: number, what: string];

export interface ListPart {
  readonly rows: readonly (readonly Cell[])[];
  /** Where to go on; `undefined` if there is nothing more. */
  readonly below: number | undefined;
}

/** Why something could not be done, where an error object would lose its class on the way. */
export interface Failure {
  readonly code: StoreErrorCode;
  readonly detail: string;
}

/** A job on its way, under a number of its own. */
export interface Asked<Kind extends Job = Job> {
  readonly id: number;
  readonly job: Kind;
}

/** The number of the opening itself, which is done without being asked for. */
export const OPENING = 0;

export type Reply = { readonly id: number } & (
  | { readonly rows: readonly (readonly Cell[])[] }
  | { readonly result: Results[keyof Results] }
  | { readonly failure: Failure }
);
