import { asciiBytes } from "../ascii.ts";
import type { SocketHandler } from "../network/half.ts";
import type { SimSocket } from "../network/sim-network.ts";

/** A connection of a foreign peer: text lines in and out, cut by code that shares nothing with ours. */
export interface ForeignConn {
  readonly isOver: boolean;
  /** Writes text as it is, line ends included. */
  say(text: string): void;
  sayBytes(bytes: Uint8Array): void;
  /** Ends this side after what was said. */
  end(): void;
  /** Breaks the connection. */
  abort(): void;
}

export interface ForeignConnHandler {
  opened?(conn: ForeignConn): void;
  line?(conn: ForeignConn, line: string): void;
  over?(conn: ForeignConn): void;
}

/** What arrives beyond this without a line end is forgotten: a foreign peer has its limits, too. */
const REST_MAX = 4_096;

/** A connection in the making: the manners' view of it, the network's, and where the one learns of the other. */
export interface ForeignConnViews {
  readonly conn: ForeignConn;
  readonly network: SocketHandler;
  attach(socket: SimSocket): void;
}

export function createForeignConn(handler: ForeignConnHandler): ForeignConnViews {
  let rest = "";
  let isOver = false;
  let socket: SimSocket | undefined;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    handler.over?.(conn);
  };
  const conn: ForeignConn = {
    get isOver() {
      return isOver;
    },
    say: (text) => socket?.write(asciiBytes(text)),
    sayBytes: (bytes) => socket?.write(bytes),
    end() {
      socket?.release();
      finish();
    },
    abort() {
      socket?.abort();
      finish();
    },
  };
  const network: SocketHandler = {
    opened: () => handler.opened?.(conn),
    received(bytes) {
      const lines = (rest + String.fromCharCode(...bytes)).split("\n");
      rest = (lines.pop() ?? "").slice(-REST_MAX);
      for (const line of lines) if (!isOver) handler.line?.(conn, line);
    },
    ended: () => conn.end(),
    broken: finish,
    drained() {},
  };
  return {
    conn,
    network,
    attach(attached) {
      socket = attached;
    },
  };
}
