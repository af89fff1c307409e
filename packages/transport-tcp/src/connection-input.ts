import { after, durationMs, type InstantMs, laterOf } from "@mutirao/primitives";
import type { TransportLimits } from "@mutirao/transport";
import { nextLineAt } from "./line-budget.ts";
import { createLineTurn, type LineTurnOptions } from "./line-turn.ts";
import { NEVER, pauseFor, type TcpConnection } from "./tcp-connection.ts";

/**
 * Input: bytes become lines, and each connection gets no more than its share. A connection that has had its turn, or
 * sends too fast, or does not read its answers, is paused: its lines wait, and so does whatever it sends next, in the
 * kernel and not in memory, which in the end makes the sender wait.
 *
 * The socket itself is paused only when it brings more bytes during a pause. A pause that is over before that, as the
 * one between two turns nearly always is, then costs nothing; the price is one chunk more in memory.
 */
export interface ConnectionInput {
  bytesArrived(connection: TcpConnection, chunk: Uint8Array): void;
  /** The FIN came. */
  ended(connection: TcpConnection): void;
  /** Takes one reason back. When none is left, the lines that wait are handled and reading goes on. */
  resume(connection: TcpConnection, reason: number): void;
}

export interface ConnectionInputOptions extends Pick<LineTurnOptions, "clock" | "onLine" | "onViolation"> {
  readonly limits: TransportLimits;
  /** The FIN came, everything before it is handled, and an answer is owed. Told once. */
  readonly onInputEnded: (connection: TcpConnection) => void;
  /** The FIN came, everything before it is handled, and no answer is owed. */
  readonly onExhausted: (connection: TcpConnection, now: InstantMs) => void;
  /** What the lines brought about is complete: output may leave. */
  readonly flush: (connection: TcpConnection, now: InstantMs) => void;
  /** A deadline was set. */
  readonly watch: (connection: TcpConnection) => void;
}

/**
 * Output that is worth a write of its own though more is about to come. A write costs some ten microseconds whatever
 * its size, as much as dozens of lines.
 */
const WRITE_WORTH_BYTES = 16 * 1_024;

/** A sender above its rate is read again after this at the earliest, so that it costs few wake-ups. */
const RATE_PAUSE_MS = durationMs(50);

export function createConnectionInput(options: ConnectionInputOptions): ConnectionInput {
  const { limits, clock, onInputEnded, onExhausted, flush, watch } = options;
  const takeTurn = createLineTurn(options);
  let hadTheirTurn: TcpConnection[] = [];

  const nextTurn = (): void => {
    const connections = hadTheirTurn;
    hadTheirTurn = [];
    for (const connection of connections) resume(connection, pauseFor.turn);
  };

  const pauseItself = (connection: TcpConnection, reason: number, now: InstantMs): void => {
    if (reason === 0) return;
    connection.pausedFor |= reason;
    if (reason === pauseFor.rate) {
      connection.rateResumesAt = laterOf(nextLineAt(connection.rate, connection.paidUntil), after(now, RATE_PAUSE_MS));
    } else if (hadTheirTurn.push(connection) === 1) {
      // Immediates run once the other sockets have been read, and one asked for by an immediate in the turn after.
      setImmediate(nextTurn);
    }
  };

  /** A line that has begun has its time from its first byte, not counting the time in which we did not read. */
  const timeLine = (connection: TcpConnection, now: InstantMs): void => {
    if (connection.pausedFor !== 0 || !connection.decoder.isMidLine) connection.lineBy = NEVER;
    else if (connection.lineBy === NEVER) connection.lineBy = after(now, limits.lineMs);
  };

  const work = (connection: TcpConnection, now: InstantMs): void => {
    // What the lines make us send on this very connection is flushed here, once.
    connection.flushIsDue = true;
    pauseItself(connection, takeTurn(connection, now), now);
    connection.flushIsDue = false;
    // More lines wait, and their answers can share a write with these.
    const goesOnSoon = connection.pausedFor === pauseFor.turn && connection.unflushed.length < WRITE_WORTH_BYTES;
    if (!goesOnSoon) flush(connection, now);
    if (connection.phase !== "open") return;
    const isAllRead = connection.inputEnded && connection.pausedFor === 0;
    if (isAllRead && !connection.isOwed) {
      onExhausted(connection, now);
    } else {
      timeLine(connection, now);
      watch(connection);
      if (isAllRead) tellEnd(connection);
    }
  };

  const tellEnd = (connection: TcpConnection): void => {
    if (connection.isEndTold) return;
    connection.isEndTold = true;
    onInputEnded(connection);
  };

  const resume = (connection: TcpConnection, reason: number): void => {
    if ((connection.pausedFor & reason) === 0) return;
    connection.pausedFor &= ~reason;
    if (connection.pausedFor !== 0 || connection.phase !== "open") return;
    const now = clock();
    connection.lastByteAt = now;
    work(connection, now);
    if (connection.pausedFor === 0 && connection.socket?.isPaused() === true) connection.socket.resume();
  };

  return {
    resume,
    bytesArrived(connection, chunk) {
      if (connection.phase !== "open") return;
      const now = clock();
      connection.lastByteAt = now;
      connection.decoder.feed(chunk);
      if (connection.pausedFor === 0) work(connection, now);
      else connection.socket?.pause();
    },
    ended(connection) {
      connection.inputEnded = true;
      if (connection.phase !== "open") return;
      connection.decoder.end();
      if (connection.pausedFor === 0) work(connection, clock());
    },
  };
}
