import { assert, type InstantMs, instantMs } from "@mutirao/primitives";
import type { Transport, TransportHandler, TransportLimits } from "@mutirao/transport";
import { createAcceptor } from "./acceptor.ts";
import { createConnections } from "./connections.ts";
import { createDialler } from "./dialler.ts";
import { createLookupProcess } from "./lookup-process.ts";
import type { Lookup } from "./lookup-queue.ts";
import { effectiveConnectionsMax } from "./open-files.ts";
import { setRate } from "./tcp-connection.ts";

export interface TcpTransportOptions {
  readonly limits: TransportLimits;
  /** Where this node listens: the local address of its outgoing connections, where one can be chosen. */
  readonly localHost: string | undefined;
  /** Asks for the addresses of a name; unless given, a look-up process of the transport's own. */
  readonly lookup?: Lookup;
}

/** How long the connections may take to end in good order when everything stops. */
const STOP_GRACE_MS = 300;

const clock = (): InstantMs => instantMs(performance.now());

/** Lines over TCP. Nothing is opened before `listen` or `dial`. */
export function createTcpTransport(options: TcpTransportOptions, handler: TransportHandler): Transport {
  const { localHost } = options;
  const limits = { ...options.limits, connectionsMax: effectiveConnectionsMax(options.limits) };
  const ownLookups = createLookupProcess(limits.lookupsMax);
  let stopped: Promise<void> | undefined;
  let noneLeft: (() => void) | undefined;

  const connections = createConnections({ limits, clock, handler, onNoneLeft: () => noneLeft?.() });
  const dialler = createDialler({
    limits,
    localHost,
    lookup: options.lookup ?? ownLookups.lookup,
    clock,
    onConnected: connections.dialled,
    onFailed: connections.abort,
    watch: connections.watch,
  });
  const acceptor = createAcceptor({
    backlog: limits.connectionsMax,
    highWaterMark: limits.outputPauseBytes,
    onSocket: connections.accept,
  });

  const endAll = (): Promise<void> =>
    new Promise((resolve) => {
      const abortAll = (): void => {
        for (const connection of connections.all()) connections.abort(connection, { code: "CONN_CLOSED" });
      };
      const timer = setTimeout(abortAll, STOP_GRACE_MS);
      noneLeft = () => {
        clearTimeout(timer);
        resolve();
      };
      const now = clock();
      for (const connection of connections.all()) connections.finish(connection, { code: "CONN_CLOSED" }, now);
      if (connections.count === 0) noneLeft();
    });

  const stopAll = async (): Promise<void> => {
    dialler.stop();
    ownLookups.stop();
    await Promise.all([acceptor.stop(), endAll()]);
    connections.stop();
  };

  return {
    listen: acceptor.listen,
    dial(conn, to) {
      const connection = connections.beginDial(conn);
      if (stopped !== undefined) connections.abort(connection, { code: "CONN_CLOSED" });
      if (connection.phase === "dialling") dialler.dial(connection, to);
    },
    send(conn, line) {
      assert(line.endsWith("\n"), "a line that is sent has its end");
      const connection = connections.get(conn);
      if (connection?.phase === "open" || connection?.phase === "dialling") connections.send(connection, line);
    },
    identify(conn) {
      const connection = connections.get(conn);
      if (connection !== undefined) connections.identify(connection);
    },
    spare(conn, isSpared) {
      const connection = connections.get(conn);
      if (connection !== undefined) connections.spare(connection, isSpared);
    },
    allow(conn, linesPerSecond) {
      const connection = connections.get(conn);
      if (connection !== undefined) setRate(connection, linesPerSecond, clock());
    },
    owe(conn) {
      const connection = connections.get(conn);
      if (connection !== undefined) connection.isOwed = true;
    },
    close(conn) {
      const connection = connections.get(conn);
      if (connection !== undefined) connections.finish(connection, { code: "CONN_CLOSED" }, clock());
    },
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
  };
}
