import { after, type InstantMs, seconds } from "@mutirao/primitives";

/**
 * Whether the borrower that a worker was sent to can be reached. A worker that is on its way, or has lost its borrower,
 * does not try for ever: it has a home.
 *
 *   off --set out--> seeking --answered--> found --connection lost--> seeking --tries or time over--> (home)
 */
export interface WorkerReach {
  /** The worker sets out for a borrower. */
  setOut(now: InstantMs): void;
  /** The borrower has said something that only a master says. */
  found(): void;
  /** The connection was lost, or came to nothing. */
  missed(now: InstantMs): void;
  /** Silence until now was our own: the time begins anew. */
  onResumed(now: InstantMs): void;
  /** The worker is at home, where it tries for ever. */
  stop(): void;
  isOver(now: InstantMs): boolean;
  nextDeadline(): InstantMs | undefined;
}

/** Whichever is over first. A borrower that starts again is found by the next redirection, or sends for others. */
const TRIES_MAX = 3;
const SEEKING_MAX_MS = seconds(15);

export function createWorkerReach(): WorkerReach {
  let isOn = false;
  let since: InstantMs | undefined;
  let tries = 0;
  const nextDeadline = (): InstantMs | undefined => (since === undefined ? undefined : after(since, SEEKING_MAX_MS));
  const seek = (now: InstantMs): void => {
    since = now;
    tries = 0;
  };
  return {
    setOut(now) {
      isOn = true;
      seek(now);
    },
    found() {
      since = undefined;
    },
    missed(now) {
      if (!isOn) return;
      if (since === undefined) seek(now);
      else tries += 1;
    },
    onResumed(now) {
      if (since !== undefined) since = now;
    },
    stop() {
      isOn = false;
      since = undefined;
    },
    isOver(now) {
      const endsAt = nextDeadline();
      return endsAt !== undefined && (endsAt <= now || tries >= TRIES_MAX);
    },
    nextDeadline,
  };
}
