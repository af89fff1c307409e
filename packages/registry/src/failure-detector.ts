import { after, createDeadlineQueue, type DurationMs, type InstantMs, laterOf } from "@mutirao/primitives";

/** Who is watched. The detector keeps the time itself, so that ten thousand peers need no table beside their rows. */
export interface Watched {
  /** When it was heard last. */
  lastSeenAt: InstantMs;
}

/**
 * Turns silence into a verdict, which may be wrong: an unreachable peer and a dead one look the same from here.
 *
 *   unknown --heard--> alive --silent for timeoutMs--> (verdict given) down
 *                        ^                                |
 *                        +-------------heard--------------+
 */
export interface FailureDetector<Peer extends Watched> {
  /** Evidence that the peer lives: notes the time in it. O(1) for a peer that is alive already. */
  heard(peer: Peer, now: InstantMs): void;
  /** Stops watching the peer. */
  forget(peer: Peer): void;
  /**
   * This process was stalled until `now`, and may have missed evidence: silence counts from here on, so nobody is
   * accused before every peer had one full timeout to be heard in.
   */
  resumed(now: InstantMs): void;
  /** When to call `takeSilent` next. It may be earlier than the next verdict. */
  nextDeadline(): InstantMs | undefined;
  /** A peer whose silence has reached the timeout, and which is no longer watched; `undefined` if there is none. */
  takeSilent(now: InstantMs): Peer | undefined;
}

/**
 * A fixed timeout rather than an adaptive one: at equal mean latency a phi-accrual detector is as often wrong, and with
 * loss or pauses its normal model is wrong more often. A fixed one can also be promised: "TIMEOUT at last_seen +
 * timeout".
 */
export function createFailureDetector<Peer extends Watched>(timeoutMs: DurationMs): FailureDetector<Peer> {
  // A verdict moves with every beat, but its entry here moves only when it comes up: once per timeout, not per beat.
  const checks = createDeadlineQueue<Peer>();
  let noVerdictBefore: InstantMs | undefined;

  const verdictAt = (heardAt: InstantMs): InstantMs => {
    const bySilence = after(heardAt, timeoutMs);
    return noVerdictBefore === undefined ? bySilence : laterOf(bySilence, noVerdictBefore);
  };

  return {
    heard(peer, now) {
      peer.lastSeenAt = now;
      if (checks.deadlineOf(peer) === undefined) checks.schedule(peer, after(now, timeoutMs));
    },
    forget: (peer) => checks.cancel(peer),
    resumed(now) {
      noVerdictBefore = after(now, timeoutMs);
    },
    nextDeadline() {
      const first = checks.nextDeadline();
      if (first === undefined || noVerdictBefore === undefined) return first;
      return laterOf(first, noVerdictBefore);
    },
    takeSilent(now) {
      if (noVerdictBefore !== undefined && now < noVerdictBefore) return undefined;
      for (;;) {
        const peer = checks.takeDue(now);
        if (peer === undefined) return undefined;
        const dueAt = verdictAt(peer.lastSeenAt);
        if (dueAt <= now) return peer;
        checks.schedule(peer, dueAt);
      }
    },
  };
}
