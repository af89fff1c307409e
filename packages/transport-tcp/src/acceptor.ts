import type { Server, Socket } from "node:net";
import { assert, type Endpoint, unmapped } from "@mutirao/primitives";
import { createSocketServer, localEndpoint } from "./sockets.ts";

/** Listens, and hands on what it accepts. */
export interface Acceptor {
  /** See `Transport.listen`. */
  listen(at: Endpoint): Promise<Endpoint>;
  /** Resolves once nothing listens any more and the last accepted socket is gone. */
  stop(): Promise<void>;
}

export interface AcceptorOptions {
  /** How many connections may wait to be accepted; the kernel has a limit of its own. */
  readonly backlog: number;
  /** Bytes of waiting output above which a "drain" is going to follow. */
  readonly highWaterMark: number;
  readonly onSocket: (socket: Socket, local: Endpoint) => void;
}

export function createAcceptor({ backlog, highWaterMark, onSocket }: AcceptorOptions): Acceptor {
  const servers = new Set<Server>();
  let isStopped = false;

  const bind = ({ host, port }: Endpoint): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createSocketServer(highWaterMark);
      server.once("error", reject);
      server.listen({ host, port, backlog }, () => {
        server.off("error", reject);
        resolve(server);
      });
    });

  const accept = (server: Server, bound: Endpoint): void => {
    servers.add(server);
    const isWildcard = bound.host === "0.0.0.0" || bound.host === "::";
    // Only a socket of a wildcard listener has to be asked for this end of it, which is a system call.
    server.on("connection", (socket) => onSocket(socket, isWildcard ? (localEndpoint(socket) ?? bound) : bound));
    // When no file descriptor is left, libuv itself accepts and closes, with one that it holds in reserve. Whatever
    // else goes wrong with one accept, the next one may succeed.
    server.on("error", () => {});
  };

  return {
    async listen(at) {
      const server = await bind(at);
      if (isStopped) {
        await closeServer(server);
        throw new Error("cannot listen: the transport was stopped");
      }
      const bound = boundEndpoint(server);
      accept(server, bound);
      return bound;
    },
    async stop() {
      isStopped = true;
      await Promise.all([...servers].map(closeServer));
    },
  };
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

function boundEndpoint(server: Server): Endpoint {
  const address = server.address();
  assert(address !== null && typeof address === "object", "a server that listens at a port has an address");
  return { host: unmapped(address.address), port: address.port };
}
