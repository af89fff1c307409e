import type { InstantMs } from "@mutirao/primitives";
import type { LineDecoderViolation } from "@mutirao/protocol";
import type { TransportHandler, TransportLimits } from "@mutirao/transport";
import { mayHandleLine, payLine } from "./line-budget.ts";
import { NEVER, pauseFor, type TcpConnection } from "./tcp-connection.ts";

export interface LineTurnOptions {
  readonly limits: Pick<TransportLimits, "linesPerTurnMax" | "turnMs">;
  readonly clock: () => InstantMs;
  readonly onLine: TransportHandler["lineReceived"];
  /** The framing is broken: the connection has to end. */
  readonly onViolation: (connection: TcpConnection, violation: LineDecoderViolation, now: InstantMs) => void;
}

/** How many lines are handled between two looks at the clock: a look costs about as much as finding a line. */
const LINES_PER_LOOK = 16;

/**
 * Makes the function that gives a connection its turn: it handles the lines that wait, until there are none left, the
 * connection ends or is paused by what a line brings about, or its share is used up. It gives the reason for which the
 * connection now has to be paused, 0 if there is none.
 */
export function createLineTurn(options: LineTurnOptions): (connection: TcpConnection, now: InstantMs) => number {
  const { limits, clock, onLine, onViolation } = options;

  const isShareUsedUp = (lines: number, startedAt: InstantMs): boolean =>
    lines >= limits.linesPerTurnMax ||
    (lines > 0 && lines % LINES_PER_LOOK === 0 && clock() - startedAt >= limits.turnMs);

  return (connection, now) => {
    const { decoder, conn } = connection;
    for (let lines = 0; connection.phase === "open" && connection.pausedFor === 0; lines++) {
      if (isShareUsedUp(lines, now)) return pauseFor.turn;
      if (!mayHandleLine(connection.rate, connection.paidUntil, now)) return pauseFor.rate;
      const next = decoder.next();
      if (next === undefined) return 0;
      if (typeof next !== "string") {
        onViolation(connection, next, now);
        return 0;
      }
      connection.paidUntil = payLine(connection.rate, connection.paidUntil, now);
      connection.firstLineBy = NEVER;
      connection.lineBy = NEVER;
      onLine(conn, next);
    }
    return 0;
  };
}
