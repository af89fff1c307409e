import type { InstantMs } from "@mutirao/primitives";
import type { TransportLimits } from "@mutirao/transport";
import { sendWithoutDelay } from "./sockets.ts";
import { pauseFor, type TcpConnection } from "./tcp-connection.ts";

/**
 * Output: what is sent on a connection within one turn of the loop leaves in one write, and what waits is watched. A
 * write that the kernel does not take waits in memory, so a peer that never reads would otherwise take all of it.
 */
export interface ConnectionOutput {
  send(connection: TcpConnection, line: string): void;
  /** Hands what was sent to the socket, if the connection has one. */
  flush(connection: TcpConnection, now: InstantMs): void;
}

export interface ConnectionOutputOptions {
  readonly limits: Pick<TransportLimits, "outputPauseBytes" | "outputMaxBytes">;
  readonly clock: () => InstantMs;
  /** What waited has left; until now the connection was paused for its output. */
  readonly onDrained: (connection: TcpConnection) => void;
  /** So much waits that the connection has to be destroyed. */
  readonly onTooMuch: (connection: TcpConnection) => void;
}

export function createConnectionOutput(options: ConnectionOutputOptions): ConnectionOutput {
  const { limits, clock, onDrained, onTooMuch } = options;
  let due: TcpConnection[] = [];

  const flush = (connection: TcpConnection, now: InstantMs): void => {
    const { socket, phase, unflushed } = connection;
    if (socket === undefined || phase !== "open" || unflushed === "") return;
    connection.unflushed = "";
    connection.lastByteAt = now;
    if (connection.writes === 1) sendWithoutDelay(socket);
    if (connection.writes < 2) connection.writes = connection.writes === 0 ? 1 : 2;
    // Lines are ASCII, and Node hands a Latin-1 text to the kernel without making a Buffer of it.
    socket.write(unflushed, "latin1");
    const waitingBytes = socket.writableLength;
    if (waitingBytes > limits.outputMaxBytes) {
      onTooMuch(connection);
    } else if (waitingBytes > limits.outputPauseBytes && (connection.pausedFor & pauseFor.output) === 0) {
      // The socket's high-water mark is `outputPauseBytes`, so what is above it is always followed by a "drain".
      connection.pausedFor |= pauseFor.output;
      socket.once("drain", () => onDrained(connection));
    }
  };

  const flushAll = (): void => {
    const flushed = due;
    due = [];
    const now = clock();
    for (const connection of flushed) {
      connection.flushIsDue = false;
      flush(connection, now);
    }
  };

  return {
    flush,
    send(connection, line) {
      connection.unflushed += line;
      if (connection.unflushed.length > limits.outputPauseBytes) {
        flush(connection, clock());
        // Without a socket yet, only the limit itself helps.
        if (connection.unflushed.length > limits.outputMaxBytes) onTooMuch(connection);
      } else if (!connection.flushIsDue) {
        connection.flushIsDue = true;
        if (due.push(connection) === 1) process.nextTick(flushAll);
      }
    },
  };
}
