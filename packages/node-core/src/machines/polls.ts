import type { ConnId } from "@mutirao/primitives";
import type { Redirect, Return } from "@mutirao/protocol";
import type { WorkerRecord } from "./worker-record.ts";

/**
 * Questions for work of pull workers, each on a connection of its own. None is answered before all that has arrived is
 * read: after a stall of ours the results of a worker lie unread beside its questions, and most of those it has long
 * given up. A task given to one that is gone comes back when its time is over, and until then its worker gets no other.
 */
export interface Polls {
  /** A worker asks; on one connection the last question is the one that is answered. */
  ask(poll: Pick<Poll, "conn" | "worker" | "order">): void;
  /** Whoever asked on this connection has finished sending. */
  onInputEnded(conn: ConnId): void;
  /** The connection is no more, and nobody is to be answered on it. */
  onClosed(conn: ConnId): void;
  /** Some are still to be answered. */
  readonly isWaiting: boolean;
  /**
   * To be called at each wake-up: gives those whose turn to be answered it is.
   *
   * @param lastAccepted the last connection that was accepted.
   */
  takeDue(lastAccepted: ConnId): readonly Poll[];
}

export interface Poll {
  readonly conn: ConnId;
  readonly worker: WorkerRecord;
  /** What it is to be told in place of a task. */
  readonly order: Redirect | Return | undefined;
  /** Whoever asked is most likely gone. */
  readonly isStale: boolean;
}

interface Waiting extends Poll {
  hasEnded: boolean;
  /** One turn in which what had arrived was read is over. */
  hadItsTurn: boolean;
}

export function createPolls(): Polls {
  const waiting = new Map<ConnId, Waiting>();
  /** Of workers whose last question had ended before its answer: which connection was the last when that was given. */
  const ended = new WeakMap<WorkerRecord, ConnId>();

  /**
   * One that has finished sending may be gone, or may only be waiting for the answer: that cannot be told. So it gets no
   * task; but if it asks again, on a connection that came after the answer, that is its manner.
   */
  const isStale = ({ conn, worker, hasEnded }: Waiting, lastAccepted: ConnId): boolean => {
    const since = ended.get(worker);
    if (hasEnded) ended.set(worker, lastAccepted);
    else ended.delete(worker);
    return hasEnded && (since === undefined || conn <= since);
  };

  return {
    ask(poll) {
      waiting.set(poll.conn, { ...poll, isStale: false, hasEnded: false, hadItsTurn: false });
    },
    onInputEnded(conn) {
      const poll = waiting.get(conn);
      if (poll !== undefined) poll.hasEnded = true;
    },
    onClosed: (conn) => void waiting.delete(conn),
    get isWaiting() {
      return waiting.size > 0;
    },
    takeDue(lastAccepted) {
      const due: Poll[] = [];
      for (const poll of waiting.values()) {
        // The end of a connection is read in the turn after that of its last line.
        if (!poll.hadItsTurn) {
          poll.hadItsTurn = true;
          continue;
        }
        waiting.delete(poll.conn);
        due.push({ ...poll, isStale: isStale(poll, lastAccepted) });
      }
      return due;
    },
  };
}
