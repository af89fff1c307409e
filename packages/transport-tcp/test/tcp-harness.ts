import type { Server, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Transport, TransportHandler } from "@mutirao/transport";
import type { TransportHarness } from "@mutirao/transport/conformance";
import { createTcpTransport, type TcpTransportOptions } from "../src/index.ts";
import { connectRaw, listenRaw, rawPeerOver, unusedPort } from "./raw-sockets.ts";

const HANG_GUARD_MS = 10_000;
const QUIET_MS = 100;
const HOST = "127.0.0.1";

export type TcpHarnessOptions = Partial<Pick<TcpTransportOptions, "localHost" | "lookup">>;

export interface TcpHarness extends TransportHarness {
  /** The sockets of the foreign peers that have dialled, oldest first, for what a `RawPeer` does not show. */
  readonly rawSockets: readonly Socket[];
}

/** The conformance suite's harness over real sockets and real time. */
export function createTcpHarness(options: TcpHarnessOptions = {}): TcpHarness {
  const transports: Transport[] = [];
  const sockets: Socket[] = [];
  const servers: { readonly server: Server; readonly sockets: readonly Socket[] }[] = [];
  const { moved, until, quiet } = createWatch();

  const tellMoves = (handler: TransportHandler): TransportHandler => ({
    connOpened(...told) {
      moved();
      handler.connOpened(...told);
    },
    lineReceived(...told) {
      moved();
      handler.lineReceived(...told);
    },
    lineRefused(...told) {
      moved();
      handler.lineRefused(...told);
    },
    inputEnded(...told) {
      moved();
      handler.inputEnded?.(...told);
    },
    connClosed(...told) {
      moved();
      handler.connClosed(...told);
    },
  });

  return {
    rawSockets: sockets,
    listenAt: { host: HOST, port: 0 },
    // Only Linux and Windows take the whole of 127.0.0.0/8 as their own without being told.
    otherSource: process.platform === "darwin" ? undefined : "127.0.0.2",
    pathMaxBytes: 8 * 1_024 * 1_024,
    until,
    quiet,
    createTransport(limits, handler) {
      const transport = createTcpTransport({ localHost: HOST, ...options, limits }, tellMoves(handler));
      transports.push(transport);
      return transport;
    },
    async rawDial(to, from) {
      const socket = await connectRaw(to, from);
      sockets.push(socket);
      return rawPeerOver(socket, moved);
    },
    async rawListen() {
      const listener = await listenRaw(HOST, moved);
      servers.push(listener);
      return listener;
    },
    unusedEndpoint: async () => ({ host: HOST, port: await unusedPort(HOST) }),
    async stop() {
      for (const socket of [...sockets, ...servers.flatMap((server) => server.sockets)]) socket.destroy();
      await Promise.all(transports.map((transport) => transport.stop()));
      await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

export interface Watch {
  /** Something happened: conditions are looked at again. */
  moved(): void;
  until(what: string, condition: () => boolean): Promise<void>;
  quiet(): Promise<void>;
}

/** Waits for conditions by looking at them whenever something has happened; the clock is only a guard. */
export function createWatch(): Watch {
  const looks = new Set<() => void>();
  let moves = 0;
  let lookIsDue = false;

  const lookAtAll = (): void => {
    lookIsDue = false;
    for (const look of looks) look();
  };

  return {
    moved() {
      moves++;
      if (!lookIsDue && looks.size > 0) setImmediate(lookAtAll);
      lookIsDue = looks.size > 0;
    },
    until: (what, condition) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(guard);
          looks.delete(look);
        };
        const look = (): void => {
          if (!condition()) return;
          end();
          resolve();
        };
        const guard = setTimeout(() => {
          end();
          reject(new Error(`this did not happen within ${HANG_GUARD_MS} ms: ${what}`));
        }, HANG_GUARD_MS);
        looks.add(look);
        look();
      }),
    async quiet() {
      for (let before = -1; before !== moves; ) {
        before = moves;
        await delay(QUIET_MS);
      }
    },
  };
}
