import { type DurationMs, durationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import type { Effect } from "../effects.ts";

/** Notices that this process did not run for a while. */
export interface StallWatch {
  /**
   * To be called before an event is handled.
   *
   * @param deadline when the node had wanted to be woken.
   * @param resumed called if silence until now is to be taken for our own.
   */
  check(
    event: { readonly type: string },
    deadline: InstantMs | undefined,
    now: InstantMs,
    resumed: () => void,
  ): readonly Effect[];
}

const NO_TIME = durationMs(0);
const NOTHING: readonly Effect[] = [];

/** @param limitMs how late a wake-up must be to count as a stall. */
export function createStallWatch(limitMs: DurationMs): StallWatch {
  /** A stall was noticed, and the wake-up that it delayed is still to come. */
  let isResuming = false;
  return {
    check(event, deadline, now, resumed) {
      const lateByMs = deadline === undefined ? NO_TIME : elapsed(deadline, now);
      const isLate = lateByMs > limitMs;
      const isNews = isLate && !isResuming;
      // A late wake-up ends the stall. Until it comes, events find the deadline overdue again and again.
      if (isNews || (isLate && event.type === "wake")) resumed();
      isResuming = isLate && event.type !== "wake";
      return isNews ? [{ type: "notify", notice: { kind: "stalled", lateByMs } }] : NOTHING;
    },
  };
}
