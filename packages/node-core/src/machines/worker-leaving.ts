import { after, type DurationMs, earlierOf, type InstantMs, seconds } from "@mutirao/primitives";

/** What a worker that is about to leave still has to do. */
export interface Unfinished {
  readonly runs: number;
  /** Results that are not reported, or not acknowledged. */
  readonly results: number;
  /** The master may be giving us a task at this moment, as it has not read yet that we take none. */
  readonly isMisunderstood: boolean;
}

/**
 * How a worker leaves.
 *
 *   staying --drain--> draining: takes nothing new, and waits for its runs, then for their acknowledgements
 *      |                  |
 *      +-----abandon------+--> abandoning: gives its runs up, and waits for the acknowledgements of that, briefly
 */
export interface WorkerLeaving {
  readonly mode: "staying" | "draining" | "abandoning";
  drain(now: InstantMs): void;
  abandon(now: InstantMs): void;
  /** Whether to leave now. To be asked after every event. */
  isDue(unfinished: Unfinished, now: InstantMs): boolean;
  nextDeadline(): InstantMs | undefined;
}

/** A master that has not acknowledged by then will do so to nobody; it gives the task to somebody else. */
const ACKNOWLEDGED_WITHIN_MS = seconds(10);
/** For one question and its answer. */
const UNDERSTOOD_WITHIN_MS = seconds(1);
const ABANDONED_WITHIN_MS = seconds(1);

export function createWorkerLeaving(): WorkerLeaving {
  let mode: WorkerLeaving["mode"] = "staying";
  let waitMs: DurationMs = ACKNOWLEDGED_WITHIN_MS;
  /** Once nothing runs any more. */
  let leaveBy: InstantMs | undefined;
  let understoodBy: InstantMs | undefined;
  return {
    get mode() {
      return mode;
    },
    drain(now) {
      if (mode !== "staying") return;
      mode = "draining";
      understoodBy = after(now, UNDERSTOOD_WITHIN_MS);
    },
    abandon(now) {
      if (mode === "abandoning") return;
      mode = "abandoning";
      waitMs = ABANDONED_WITHIN_MS;
      leaveBy = after(now, waitMs);
      understoodBy = undefined;
    },
    isDue({ runs, results, isMisunderstood }, now) {
      if (mode === "staying") return false;
      if (understoodBy !== undefined && understoodBy <= now) understoodBy = undefined;
      if (runs > 0) {
        leaveBy = undefined;
        return false;
      }
      leaveBy ??= after(now, waitMs);
      if (leaveBy <= now) return true;
      return results === 0 && !(isMisunderstood && understoodBy !== undefined);
    },
    nextDeadline: () => earlierOf(leaveBy, understoodBy),
  };
}
