import { after, type DurationMs, durationMs, earlierOf, type InstantMs, seconds } from "@mutirao/primitives";

/** What a worker that is about to move still has to do where it is. */
export interface Unsettled {
  /** Handlers at work, those that were given up included. */
  readonly runs: number;
  /** Results that this master has not acknowledged, as far as they can be said. */
  readonly results: number;
  /** The master may be giving us a task at this moment, as it has not read yet that we take none. */
  readonly isMisunderstood: boolean;
}

/**
 * How a worker moves from one master to another.
 *
 *   staying --begin--> finishing: takes nothing new, and waits for its runs, then for their acknowledgements
 *                          |
 *                      the grace is over--> handing back: gives its runs up, says so, and waits briefly for the
 *                                           acknowledgements of that; then it goes in any case
 *
 * The brief wait is counted from when the runs were really given up: a process that has stood still wakes late, and reads
 * first what has come meanwhile.
 */
export interface WorkerMoving {
  readonly isUnderWay: boolean;
  /** @param isKnown the master has ordered it, so it gives us nothing more. */
  begin(graceMs: DurationMs, isKnown: boolean, now: InstantMs): void;
  /** The worker stays after all, or has moved. */
  end(): void;
  /** There is nobody who could take the results, so only the runs are waited for. */
  despair(): void;
  /** Whoever takes the results is there again. */
  hope(): void;
  /** Whether the runs are to be given up now; true once. */
  takeAbort(now: InstantMs): boolean;
  /** Whether to go now. To be asked after every event. */
  isDue(unsettled: Unsettled, now: InstantMs): boolean;
  nextDeadline(): InstantMs | undefined;
}

/** A master may name a grace of hours, and an order to move must not stand for so long. */
const GRACE_MAX_MS = seconds(60);
/** For the way of an acknowledgement; and results that stay without are kept. */
const ACKNOWLEDGED_WITHIN_MS = seconds(1);
/** For one question and its answer. */
const UNDERSTOOD_WITHIN_MS = seconds(1);

interface Move {
  understoodBy: InstantMs | undefined;
  abortAt: InstantMs | undefined;
  /** Known once the runs have been given up. */
  goAt: InstantMs | undefined;
  isHopeless: boolean;
}

export function createWorkerMoving(): WorkerMoving {
  let move: Move | undefined;
  return {
    get isUnderWay() {
      return move !== undefined;
    },
    begin(graceMs, isKnown, now) {
      const abortAt = after(now, durationMs(Math.min(graceMs, GRACE_MAX_MS)));
      const understoodBy = isKnown ? undefined : after(now, UNDERSTOOD_WITHIN_MS);
      move = { understoodBy, abortAt, goAt: undefined, isHopeless: false };
    },
    end() {
      move = undefined;
    },
    despair() {
      if (move !== undefined) move.isHopeless = true;
    },
    hope() {
      if (move !== undefined) move.isHopeless = false;
    },
    takeAbort(now) {
      if (move?.abortAt === undefined || move.abortAt > now) return false;
      move.abortAt = undefined;
      move.goAt = after(now, ACKNOWLEDGED_WITHIN_MS);
      return true;
    },
    isDue: (unsettled, now) => move !== undefined && isDue(move, unsettled, now),
    nextDeadline() {
      if (move === undefined) return undefined;
      return earlierOf(earlierOf(move.understoodBy, move.abortAt), move.goAt);
    },
  };
}

function isDue(move: Move, { runs, results, isMisunderstood }: Unsettled, now: InstantMs): boolean {
  if (move.understoodBy !== undefined && move.understoodBy <= now) move.understoodBy = undefined;
  if (move.goAt !== undefined && move.goAt <= now) return true;
  if (runs > 0 || (results > 0 && !move.isHopeless)) return false;
  return !isMisunderstood || move.understoodBy === undefined;
}
