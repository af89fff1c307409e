import { type InstantMs, instantMs } from "@mutirao/primitives";
import type { CloseReason, TransportLimits } from "@mutirao/transport";
import { createDeadlineWatch, type DeadlineWatch } from "./deadline-watch.ts";
import { NEVER, pauseFor, type TcpConnection } from "./tcp-connection.ts";

export interface ConnectionDeadlinesOptions {
  readonly limits: Pick<TransportLimits, "idleMs">;
  readonly clock: () => InstantMs;
  /** See `DeadlineWatchOptions`. */
  readonly onOutlived: (connection: TcpConnection) => void;
  readonly onRateResumes: (connection: TcpConnection) => void;
  readonly onGraceEnded: (connection: TcpConnection) => void;
  /** A limit has been reached: the connection has to end for this reason. */
  readonly onExpired: (connection: TcpConnection, code: CloseReason["code"]) => void;
}

/** What is due on a connection when, and what follows. */
export function createConnectionDeadlines(options: ConnectionDeadlinesOptions): DeadlineWatch {
  const { limits, clock, onOutlived, onRateResumes, onGraceEnded, onExpired } = options;

  /** A connection whose lines wait because of us is not idle. */
  const idleBy = ({ lastByteAt, pausedFor, isSpared }: TcpConnection): InstantMs =>
    !isSpared && (pausedFor & ~pauseFor.output) === 0 ? instantMs(lastByteAt + limits.idleMs) : NEVER;

  const earliestOf = (connection: TcpConnection): InstantMs => {
    if (connection.phase !== "open") return connection.phaseEndsBy;
    const { firstLineBy, lineBy, rateResumesAt } = connection;
    return instantMs(Math.min(firstLineBy, lineBy, rateResumesAt, idleBy(connection)));
  };

  const expired = (connection: TcpConnection, now: InstantMs): CloseReason["code"] | undefined => {
    if (connection.phase === "dialling") return connection.phaseEndsBy <= now ? "ERR_DIAL_TIMEOUT" : undefined;
    if (connection.firstLineBy <= now) return "ERR_FIRST_LINE_TIMEOUT";
    if (connection.lineBy <= now) return "ERR_LINE_TIMEOUT";
    return idleBy(connection) <= now ? "ERR_IDLE_TIMEOUT" : undefined;
  };

  const look = (connection: TcpConnection, now: InstantMs): void => {
    if (connection.phase === "closing") {
      if (connection.phaseEndsBy <= now) onGraceEnded(connection);
      return;
    }
    const code = expired(connection, now);
    if (code !== undefined) {
      onExpired(connection, code);
      return;
    }
    if (connection.rateResumesAt > now) return;
    connection.rateResumesAt = NEVER;
    onRateResumes(connection);
  };

  return createDeadlineWatch({ clock, earliestOf, onOutlived, look });
}
