import type { RunId } from "@mutirao/node-core";
import type { DurationMs, JsonText } from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";

/** Runs handlers, never on this process's own loop: whatever a handler does costs its task alone. */
export interface TaskRunner {
  /** The task types that it has handlers for. */
  readonly types: readonly string[];
  /** Begins a run, under a number never used before. It ends in exactly one `onEnded`, unless the runner is stopped. */
  run(run: RunId, taskType: string, payload: JsonText, timeoutMs: DurationMs): void;
  /** Ends a run early; its `onEnded` still follows. A run that has ended is left alone. */
  cancel(run: RunId): void;
  /** Ends every process that it started, and resolves when they are gone. Nothing is told any more. */
  stop(): Promise<void>;
}

/** Whom a runner tells. It never does so while it is being told something itself. */
export interface RunListener {
  /** Once for each run. Several that end together are told in one turn of the loop. */
  onEnded(run: RunId, outcome: AttemptOutcome): void;
  /** @param fraction 0 to 1. */
  onProgress(run: RunId, fraction: number, note: string | undefined): void;
}
