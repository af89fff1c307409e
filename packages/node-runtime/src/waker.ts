import { after, type DurationMs, durationMs, elapsed, type InstantMs, laterOf } from "@mutirao/primitives";

/** The one timer of a host. */
export interface Waker {
  /** Wakes at this moment, or soon after; replaces what was asked before. `undefined`: no wake-up is needed. */
  wakeAt(deadline: InstantMs | undefined): void;
  /** Wakes as soon as what has arrived is read, whatever the granularity. */
  wakeSoon(): void;
  stop(): void;
}

/** `setTimeout` takes no longer waits than this (a 32-bit number of milliseconds); waking early is harmless. */
const WAIT_MAX_MS = 2_147_483_647;

/**
 * Re-arming a timer for every event would cost more than the event, so a timer that would fire too early is left to do
 * so; then it is armed again.
 *
 * @param granularityMs the least time between two wake-ups: deadlines that fall in between are handled together.
 */
export function createWaker(now: () => InstantMs, granularityMs: DurationMs, wake: () => void): Waker {
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  let armedFor: InstantMs | undefined;
  let lastWokeAt: InstantMs | undefined;

  const disarm = (): void => {
    clearTimeout(timer);
    timer = undefined;
    armedFor = undefined;
  };

  const fire = (): void => {
    disarm();
    if (turn !== undefined) return;
    // What has arrived is read first: evidence in a socket's buffer must not lose against a verdict that is due.
    turn = setImmediate(() => {
      turn = undefined;
      lastWokeAt = now();
      wake();
    });
  };

  return {
    wakeAt(deadline) {
      if (turn !== undefined) return;
      if (deadline === undefined) {
        disarm();
        return;
      }
      const at = lastWokeAt === undefined ? deadline : laterOf(deadline, after(lastWokeAt, granularityMs));
      if (armedFor !== undefined && armedFor <= at) return;
      disarm();
      armedFor = at;
      const waitMs = durationMs(Math.min(WAIT_MAX_MS, Math.max(0, Math.ceil(elapsed(now(), at)))));
      timer = setTimeout(fire, waitMs);
    },
    wakeSoon: fire,
    stop() {
      disarm();
      clearImmediate(turn);
      turn = undefined;
    },
  };
}

/** A two-hundredth of the interval keeps beats within 2 % of it with room to spare, and 10 ms keeps TIMEOUT prompt. */
export function wakeGranularityMs(intervalMs: DurationMs): DurationMs {
  return durationMs(Math.min(10, Math.max(1, intervalMs / 200)));
}
