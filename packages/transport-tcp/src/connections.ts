import type { Socket } from "node:net";
import { acceptedConnId, assert, type ConnId, type Endpoint, type InstantMs, sameEndpoint } from "@mutirao/primitives";
import type { TransportHandler, TransportLimits } from "@mutirao/transport";
import { createAdmission } from "./admission.ts";
import type { ConnectionLifecycle } from "./connection-lifecycle.ts";
import type { ConnectionOutput } from "./connection-output.ts";
import { createConnectionParts } from "./connection-parts.ts";
import { lineRateOf } from "./line-budget.ts";
import { discard, localEndpoint, remoteEndpoint } from "./sockets.ts";
import { createTcpConnection, type TcpConnection } from "./tcp-connection.ts";

/** The table of connections: who is let in, under which number, and what can be done with each. */
export interface Connections extends Pick<ConnectionLifecycle, "finish" | "abort"> {
  readonly count: number;
  all(): readonly TcpConnection[];
  get(conn: ConnId): TcpConnection | undefined;
  /** Takes an accepted socket in, or refuses it without a word. */
  accept(socket: Socket, local: Endpoint): void;
  /** Begins a dialled connection; if there are too many, it is closing already. */
  beginDial(conn: ConnId): TcpConnection;
  /** The dial succeeded. */
  dialled(connection: TcpConnection, socket: Socket): void;
  identify(connection: TcpConnection): void;
  spare(connection: TcpConnection, isSpared: boolean): void;
  readonly send: ConnectionOutput["send"];
  /** A deadline of the connection was set. */
  readonly watch: (connection: TcpConnection) => void;
  /** Leaves no timer. */
  stop(): void;
}

export interface ConnectionsOptions {
  readonly limits: TransportLimits;
  readonly clock: () => InstantMs;
  readonly handler: TransportHandler;
  /** The last connection is gone, and its end has been told. */
  readonly onNoneLeft: () => void;
}

export function createConnections({ limits, clock, handler, onNoneLeft }: ConnectionsOptions): Connections {
  const table = new Map<ConnId, TcpConnection>();
  const admission = createAdmission<TcpConnection>({ limits, lastActiveAt: ({ lastByteAt }) => lastByteAt });
  const usualRate = lineRateOf(limits);
  let acceptedCount = 0;

  const { deadlines, output, lifecycle } = createConnectionParts({
    limits,
    clock,
    handler,
    onClosed(connection, reason) {
      const { conn } = connection;
      deadlines.forget(connection);
      admission.release(connection, connection.source);
      table.delete(conn);
      handler.connClosed(conn, reason);
      if (table.size === 0) onNoneLeft();
    },
  });

  const begin = (conn: ConnId, source: string | undefined, now: InstantMs): TcpConnection => {
    assert(!table.has(conn), `connection number ${conn} is used once`);
    const connection = createTcpConnection(conn, source, limits.lineUnidentifiedMaxBytes, usualRate, now);
    table.set(conn, connection);
    admission.add(connection, source);
    return connection;
  };

  const makeRoom = (): void => {
    const surplus = admission.takeSurplus();
    if (surplus !== undefined) lifecycle.abort(surplus, { code: "ERR_CONN_LIMIT" });
  };

  return {
    get count() {
      return table.size;
    },
    all: () => [...table.values()],
    get: (conn) => table.get(conn),
    accept(socket, local) {
      const remote = remoteEndpoint(socket);
      if (remote === undefined || !admission.mayAccept(remote.host)) return discard(socket);
      const now = clock();
      const connection = begin(acceptedConnId(acceptedCount++), remote.host, now);
      makeRoom();
      lifecycle.open(connection, socket, { remote, local }, now);
    },
    beginDial(conn) {
      const mayDial = admission.mayDial();
      const connection = begin(conn, undefined, clock());
      // One that is refused counts until its end has been told, which is at the end of this very turn.
      if (mayDial) makeRoom();
      else lifecycle.abort(connection, { code: "ERR_DIAL_LIMIT" });
      return connection;
    },
    dialled(connection, socket) {
      const [remote, local] = [remoteEndpoint(socket), localEndpoint(socket)];
      if (remote === undefined || local === undefined) {
        discard(socket);
        lifecycle.abort(connection, { code: "ERR_CONN_RESET" });
      } else if (sameEndpoint(remote, local)) {
        // A dial to a free port of this machine may be given that very port as its own, and then TCP connects it to
        // itself. Nobody listens there; and whoever wants to could not, while we hold the port.
        discard(socket);
        lifecycle.abort(connection, { code: "ERR_DIAL_REFUSED", detail: "connected to itself" });
      } else {
        lifecycle.open(connection, socket, { remote, local }, clock());
      }
    },
    identify(connection) {
      admission.identify(connection);
      connection.decoder.setLineMaxBytes(limits.lineMaxBytes);
    },
    spare(connection, isSpared) {
      connection.isSpared = isSpared;
      connection.lastByteAt = clock();
      deadlines.watch(connection);
    },
    finish: lifecycle.finish,
    abort: lifecycle.abort,
    send: output.send,
    watch: deadlines.watch,
    stop: deadlines.stop,
  };
}
