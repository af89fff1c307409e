import { after, createDeadlineQueue, durationMs, type InstantMs, instantMs } from "@mutirao/primitives";
import { createAlarm } from "./alarm.ts";
import { NEVER, NOT_NEW, type TcpConnection } from "./tcp-connection.ts";

/**
 * Which connection to look at when, for the sake of its deadlines, behind one timer. Each connection is in the queue
 * once, and lazily: a line that arrives only notes the time in the connection, and when the queue comes to it, it is
 * put back to where it is really due. A `socket.setTimeout` would be moved within its list by every read and every
 * write, needs an object of its own for each connection and covers only the idle limit; here a quiet connection costs
 * one look per idle limit, and the other limits come for nothing.
 *
 * A connection enters the queue only with the next sweep, unless it is due before: one that carries a single beat is
 * gone by then, and has cost nothing but a place in a list.
 */
export interface DeadlineWatch {
  /** How many connections have a place in the queue or among the newcomers. */
  readonly size: () => number;
  /** To be called when a deadline of the connection was set, or came nearer. */
  readonly watch: (connection: TcpConnection) => void;
  /** The connection is no more. */
  readonly forget: (connection: TcpConnection) => void;
  /** Leaves no timer. */
  readonly stop: () => void;
}

export interface DeadlineWatchOptions {
  readonly clock: () => InstantMs;
  /** When the connection is due as things stand. */
  readonly earliestOf: (connection: TcpConnection) => InstantMs;
  /** The connection has lived until its first sweep, or its first deadline; told again at each later one. */
  readonly onOutlived: (connection: TcpConnection) => void;
  /** The connection may be due; afterwards it is watched on, if it has a deadline left. */
  readonly look: (connection: TcpConnection, now: InstantMs) => void;
}

const SWEEP_MS = durationMs(100);

export function createDeadlineWatch({ clock, earliestOf, onOutlived, look }: DeadlineWatchOptions): DeadlineWatch {
  const queue = createDeadlineQueue<TcpConnection>();
  let newcomers: (TcpConnection | undefined)[] = [];
  let sweepAt = NEVER;

  const setAlarm = (): void => alarm.setFor(instantMs(Math.min(queue.nextDeadline() ?? NEVER, sweepAt)));

  const sweep = (): void => {
    const entering = newcomers;
    newcomers = [];
    sweepAt = NEVER;
    for (const connection of entering) {
      if (connection === undefined) continue;
      connection.newcomerIndex = NOT_NEW;
      onOutlived(connection);
      connection.lookAt = earliestOf(connection);
      if (connection.lookAt !== NEVER) queue.schedule(connection, connection.lookAt);
    }
  };

  const lookAtAllDue = (): void => {
    const now = clock();
    if (sweepAt <= now) sweep();
    for (let connection = queue.takeDue(now); connection !== undefined; connection = queue.takeDue(now)) {
      connection.lookAt = NEVER;
      onOutlived(connection);
      look(connection, now);
      watch(connection);
    }
    setAlarm();
  };
  const alarm = createAlarm(clock, lookAtAllDue);

  const welcome = (connection: TcpConnection): void => {
    connection.newcomerIndex = newcomers.push(connection) - 1;
    if (sweepAt !== NEVER) return;
    sweepAt = after(clock(), SWEEP_MS);
    setAlarm();
  };

  const leaveNewcomers = (connection: TcpConnection): void => {
    newcomers[connection.newcomerIndex] = undefined;
    connection.newcomerIndex = NOT_NEW;
  };

  const watch = (connection: TcpConnection): void => {
    const at = earliestOf(connection);
    if (at >= connection.lookAt) return;
    if (connection.lookAt === NEVER) welcome(connection);
    connection.lookAt = at;
    if (connection.newcomerIndex !== NOT_NEW) {
      if (at >= sweepAt) return;
      leaveNewcomers(connection);
    }
    queue.schedule(connection, at);
    setAlarm();
  };

  return {
    size: () => queue.size + newcomers.filter((connection) => connection !== undefined).length,
    watch,
    forget(connection) {
      if (connection.newcomerIndex === NOT_NEW) queue.cancel(connection);
      else leaveNewcomers(connection);
      connection.lookAt = NEVER;
    },
    stop: alarm.stop,
  };
}
