import type { Brand, DurationMs, JsonText } from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";
import type { Effect } from "./effects.ts";
import type { Event } from "./events.ts";

/** One run of a handler. Numbers count up and are never reused within the life of a process. */
export type RunId = Brand<number, "RunId">;

/** A run has ended, in whatever way. Exactly once for each `run-task`, a cancelled one included. */
export interface RunEnded {
  readonly type: "run-ended";
  readonly run: RunId;
  readonly outcome: AttemptOutcome;
}

/** A handler says how far it has come. */
export interface RunProgressed {
  readonly type: "run-progressed";
  readonly run: RunId;
  readonly fraction: number;
  readonly note?: string;
}

/** The worker is to take nothing new, finish what it has, report it, and leave. */
export interface Drain {
  readonly type: "drain";
}

/** The worker is to give up what it runs, say so, and leave. */
export interface Abandon {
  readonly type: "abandon";
}

export type WorkerOwnEvent = RunEnded | RunProgressed | Drain | Abandon;
export type WorkerEvent = Event | WorkerOwnEvent;

/** Run a task's handler. Ends in exactly one `run-ended`. */
export interface RunTask {
  readonly type: "run-task";
  readonly run: RunId;
  readonly taskType: string;
  readonly payload: JsonText;
  readonly timeoutMs: DurationMs;
}

/** End a run; its `run-ended` still follows. */
export interface CancelRun {
  readonly type: "cancel-run";
  readonly run: RunId;
}

/** The worker has nothing left to do or to report: the process may end. */
export interface Leave {
  readonly type: "leave";
}

export type WorkerOwnEffect = RunTask | CancelRun | Leave;
export type WorkerEffect = Effect | WorkerOwnEffect;
