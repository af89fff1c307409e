import type { Socket } from "node:net";
import { after, durationMs, type InstantMs, isDialled } from "@mutirao/primitives";
import type { CloseReason, ConnInfo, TransportHandler, TransportLimits } from "@mutirao/transport";
import { errorCode } from "./dial-failure.ts";
import { keepAlive, listenTo } from "./sockets.ts";
import { NEVER, type TcpConnection } from "./tcp-connection.ts";

/** The way of a connection from open to closed. */
export interface ConnectionLifecycle {
  /** The connection has a socket: it is open from now on, and the handler is told. */
  open(connection: TcpConnection, socket: Socket, info: ConnInfo, now: InstantMs): void;
  /** Ends it in good order: what was sent leaves first, then our FIN, and for a while we wait for the other side's. */
  finish(connection: TcpConnection, reason: CloseReason, now: InstantMs): void;
  /** Ends it at once. */
  abort(connection: TcpConnection, reason: CloseReason): void;
  /** It has lived for a while, so it is worth watching over. */
  outlived(connection: TcpConnection): void;
  /** It has been closing for long enough: it is destroyed, and what the kernel has not taken by now is lost. */
  graceEnded(connection: TcpConnection): void;
}

export interface ConnectionLifecycleOptions {
  readonly limits: Pick<TransportLimits, "firstLineMs">;
  readonly onOpened: TransportHandler["connOpened"];
  readonly onBytes: (connection: TcpConnection, chunk: Uint8Array) => void;
  readonly onInputEnded: (connection: TcpConnection) => void;
  /** The last that is heard of it. */
  readonly onClosed: (connection: TcpConnection, reason: CloseReason) => void;
  readonly flush: (connection: TcpConnection, now: InstantMs) => void;
  /** A deadline was set. */
  readonly watch: (connection: TcpConnection) => void;
}

/** How long a connection that we end waits for its output to leave and for the other side's FIN. */
const CLOSE_GRACE_MS = durationMs(500);

export function createConnectionLifecycle(options: ConnectionLifecycleOptions): ConnectionLifecycle {
  const { limits, onOpened, onBytes, onInputEnded, onClosed, flush, watch } = options;

  const gone = (connection: TcpConnection): void => {
    connection.phase = "closed";
    onClosed(connection, connection.reason ?? reasonOf(connection.socket));
  };

  const abort = (connection: TcpConnection, reason: CloseReason): void => {
    const { socket, phase } = connection;
    if (phase === "closed") return;
    connection.reason ??= reason;
    connection.phase = "closing";
    connection.phaseEndsBy = NEVER;
    connection.cancelDial?.();
    if (socket === undefined) {
      // As with a socket, the end is not told from within the call that brings it about: it is easier to get right for
      // whoever calls, though the port does not promise it.
      if (phase === "dialling") process.nextTick(gone, connection);
    } else if (reason.code === "ERR_SLOW_CONSUMER") {
      // An orderly end would leave it to the kernel to go on offering what nobody reads.
      socket.resetAndDestroy();
    } else {
      socket.destroy();
    }
  };

  return {
    abort,
    open(connection, socket, info, now) {
      connection.phase = "open";
      connection.socket = socket;
      connection.cancelDial = undefined;
      connection.phaseEndsBy = NEVER;
      connection.lastByteAt = now;
      if (!isDialled(connection.conn)) connection.firstLineBy = after(now, limits.firstLineMs);
      listenTo(socket, {
        data: (chunk) => onBytes(connection, chunk),
        end: () => onInputEnded(connection),
        close: () => gone(connection),
      });
      watch(connection);
      // What is sent from within the call is flushed here, once, together with what was sent while dialling.
      connection.flushIsDue = true;
      onOpened(connection.conn, info);
      connection.flushIsDue = false;
      flush(connection, now);
    },
    finish(connection, reason, now) {
      flush(connection, now);
      if (connection.phase === "dialling") abort(connection, reason);
      if (connection.phase !== "open" || connection.socket === undefined) return;
      connection.reason = reason;
      connection.phase = "closing";
      connection.socket.end();
      // With both sides at their end and nothing left to send, the socket closes by itself.
      if (connection.inputEnded && connection.socket.writableLength === 0) return;
      connection.phaseEndsBy = after(now, CLOSE_GRACE_MS);
      watch(connection);
      // What still arrives is dropped, but it has to be read: the FIN comes after it, and unread bytes at the end
      // would make the kernel send a reset, which can overtake and destroy our last lines.
      if (connection.socket.isPaused()) connection.socket.resume();
    },
    outlived(connection) {
      if (connection.isKeptAlive || connection.phase !== "open" || connection.socket === undefined) return;
      connection.isKeptAlive = true;
      keepAlive(connection.socket);
    },
    graceEnded(connection) {
      connection.phaseEndsBy = NEVER;
      connection.socket?.destroy();
    },
  };
}

/** Why a socket is gone that we did not end. */
function reasonOf(socket: Socket | undefined): CloseReason {
  const error = socket?.errored ?? undefined;
  return error === undefined ? { code: "CONN_ENDED" } : { code: "ERR_CONN_RESET", detail: errorCode(error) };
}
