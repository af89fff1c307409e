import { type InstantMs, instantMs } from "@mutirao/primitives";

/** One timer for a queue of deadlines. */
export interface Alarm {
  /** Goes off at the moment given (`undefined`: never), or earlier if it is set for earlier already. */
  readonly setFor: (at: InstantMs | undefined) => void;
  /** Never goes off again. */
  readonly stop: () => void;
}

const NEVER = instantMs(Number.POSITIVE_INFINITY);

/**
 * The alarm goes off only after the sockets have been read once more. When this process was stalled, what has arrived
 * in time meanwhile is still in the kernel, and timers come round before it: nobody is to be cut for our own stall.
 */
export function createAlarm(clock: () => InstantMs, goesOff: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let setAt = NEVER;
  let isStopped = false;

  const onImmediate = (): void => {
    immediate = undefined;
    setAt = NEVER;
    goesOff();
  };
  const onTimer = (): void => {
    immediate = setImmediate(onImmediate);
  };

  return {
    setFor(at = NEVER) {
      if (at >= setAt || immediate !== undefined || isStopped) return;
      clearTimeout(timer);
      setAt = at;
      timer = setTimeout(onTimer, Math.max(0, Math.ceil(at - clock())));
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
