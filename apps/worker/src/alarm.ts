import { performance } from "node:perf_hooks";
import { type InstantMs, instantMs } from "@mutirao/primitives";

/** One timer for many deadlines that are seldom reached. */
export interface Alarm {
  /** Makes sure that it rings at this moment or before, and soon after at the latest. */
  before(at: InstantMs): void;
  /** For good. */
  stop(): void;
}

export const now = (): InstantMs => instantMs(performance.now());

/** `setTimeout` takes no longer waits than this (a 32-bit number of milliseconds); ringing early is harmless. */
const WAIT_MAX_MS = 2_147_483_647;

/**
 * A deadline that is met is never taken back: the alarm rings, and whoever set it looks at what is due. Deadlines of
 * the same length come in order, so that a steady stream of them arms the timer once per length.
 *
 * @param ring handles what is due; gives the next deadline.
 */
export function createAlarm(ring: () => InstantMs | undefined): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  let armedFor = Number.POSITIVE_INFINITY;
  let isStopped = false;

  const disarm = (): void => {
    clearTimeout(timer);
    armedFor = Number.POSITIVE_INFINITY;
  };
  const arm = (at: InstantMs): void => {
    if (isStopped || at >= armedFor) return;
    disarm();
    armedFor = at;
    timer = setTimeout(fire, Math.min(WAIT_MAX_MS, Math.max(0, Math.ceil(at - now()))));
  };
  const fire = (): void => {
    armedFor = Number.POSITIVE_INFINITY;
    // What has arrived is read first: after a stall of ours, what was done in time lies in a pipe, and its time is over.
    turn ??= setImmediate(() => {
      turn = undefined;
      const next = ring();
      if (next !== undefined) arm(next);
    });
  };
  return {
    before: arm,
    stop() {
      isStopped = true;
      disarm();
      clearImmediate(turn);
    },
  };
}
