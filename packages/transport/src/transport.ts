import type { ConnId, Endpoint } from "@mutirao/primitives";
import type { CloseReason } from "./close-reason.ts";

/** What is known of a connection when it opens. */
export interface ConnInfo {
  /** The other end as the socket names it: an IP literal, v4-mapped addresses in their v4 spelling. */
  readonly remote: Endpoint;
  /** This end. */
  readonly local: Endpoint;
}

/** A line that broke the framing; the connection that carried it closes right after it is reported. */
export interface FramingViolation {
  readonly code: "ERR_LINE_TOO_LONG" | "ERR_LINE_NOT_UTF8";
  /** What happened, with figures, in a form that is safe to print. */
  readonly detail: string;
}

/**
 * What a transport tells its user. The calls for one connection come in this order: `connOpened` (not for a dial that
 * fails), any number of `lineReceived`, at most one `lineRefused` or `inputEnded`, and exactly one `connClosed`, after
 * which its number is never mentioned again. A call may arrive from within `dial`, `send` or `close`.
 */
export interface TransportHandler {
  /** A dial succeeded, or a connection was accepted. */
  connOpened(conn: ConnId, info: ConnInfo): void;
  /** A whole line, without its line end. Blank lines are never reported. */
  lineReceived(conn: ConnId, line: string): void;
  lineRefused(conn: ConnId, violation: FramingViolation): void;
  /**
   * The other side has finished sending, or is gone, and all that it sent has been reported; the connection is still there
   * because an answer is owed. Whoever owes none need not listen to it.
   */
  inputEnded?(conn: ConnId): void;
  connClosed(conn: ConnId, reason: CloseReason): void;
}

export interface Transport {
  /**
   * Starts to accept connections. Resolves to the endpoint really bound (its port is never 0). Rejects with an
   * `Error` that carries Node's `code` (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`), and then nothing is left open.
   */
  listen(at: Endpoint): Promise<Endpoint>;
  /**
   * Opens a connection under the number given by the caller. Ends in `connOpened` or in `connClosed`, within the
   * limits for look-ups and connecting.
   */
  dial(conn: ConnId, to: Endpoint): void;
  /**
   * Sends a line, its `\n` included, in ASCII. To a connection that is closed or was never opened it does nothing:
   * the news of the end may still be on its way to the caller.
   */
  send(conn: ConnId, line: string): void;
  /** The sender has made itself known: its lines may be longer, and it no longer counts among the unidentified. */
  identify(conn: ConnId): void;
  /**
   * Silence on this connection is no reason to end it, as the other side is at work; or, with `false`, is one again from
   * now on. All other limits hold.
   */
  spare(conn: ConnId, isSpared: boolean): void;
  /**
   * The sender works for us: it may send so many lines per second from now on, and as many at once, where the limits
   * are for strangers and for peers, who have little to say.
   */
  allow(conn: ConnId, linesPerSecond: number): void;
  /**
   * An answer is to come on this connection: it stays open for it though the other side may have finished sending, until
   * `close` or a limit ends it, and `inputEnded` tells that it has. Without this a connection ends once all that came
   * before the other side's FIN is handled.
   */
  owe(conn: ConnId): void;
  /** Sends what has been asked so far, then ends the connection; what still arrives is dropped. */
  close(conn: ConnId): void;
  /** Ends everything, and resolves once no socket, timer or listener is left (each `connClosed` has been told). */
  stop(): Promise<void>;
}
