import { isIP, type Socket } from "node:net";
import { after, type Endpoint, type InstantMs } from "@mutirao/primitives";
import type { CloseReason, TransportLimits } from "@mutirao/transport";
import { dialFailure } from "./dial-failure.ts";
import { raceConnects } from "./happy-eyeballs.ts";
import { localAddressFor } from "./local-address.ts";
import type { Lookup } from "./lookup-queue.ts";
import { createNameLookups } from "./name-lookups.ts";
import { connectSocket } from "./sockets.ts";
import type { TcpConnection } from "./tcp-connection.ts";

/** Turns an endpoint into a connected socket: resolves its name, tries its addresses. */
export interface Dialler {
  /** Ends in `onConnected` or `onFailed`, perhaps before this returns, unless `connection.cancelDial` is called. */
  dial(connection: TcpConnection, to: Endpoint): void;
  stop(): void;
}

export interface DiallerOptions {
  readonly limits: TransportLimits;
  readonly localHost: string | undefined;
  readonly lookup: Lookup;
  readonly clock: () => InstantMs;
  readonly onConnected: (connection: TcpConnection, socket: Socket) => void;
  readonly onFailed: (connection: TcpConnection, reason: CloseReason) => void;
  /** A deadline was set. */
  readonly watch: (connection: TcpConnection) => void;
}

export function createDialler(options: DiallerOptions): Dialler {
  const { limits, localHost, clock, onConnected, onFailed, watch } = options;
  const lookups = createNameLookups(options);

  const connect = (connection: TcpConnection, addresses: readonly string[], port: number): void => {
    const begin = (address: string): Socket =>
      connectSocket(address, port, localAddressFor(localHost, address), limits.outputPauseBytes);
    connection.phaseEndsBy = after(clock(), limits.connectMs);
    watch(connection);
    connection.cancelDial = raceConnects(addresses, begin, (outcome) => {
      if ("errors" in outcome) onFailed(connection, dialFailure(outcome.errors));
      else onConnected(connection, outcome.socket);
    });
  };

  return {
    dial(connection, { host, port }) {
      if (isIP(host) !== 0) {
        connect(connection, [host], port);
        return;
      }
      lookups.resolve(host, (resolution) => {
        // It may have been given up meanwhile; a look-up itself cannot be.
        if (connection.phase !== "dialling") return;
        if ("failure" in resolution) onFailed(connection, resolution.failure);
        else connect(connection, resolution.addresses, port);
      });
    },
    stop: () => lookups.stop(),
  };
}
