import { createServer, connect as netConnect, type Server, type Socket } from "node:net";
import type { Endpoint } from "@mutirao/primitives";
import type { RawListener, RawPeer } from "@mutirao/transport/conformance";

/** A peer made of a bare socket: the foreign side of the tests. `moved` is called whenever something happens to it. */
export function rawPeerOver(socket: Socket, moved: () => void): RawPeer {
  let text = "";
  let hasEnded = false;
  let isClosed = false;
  const local = { host: socket.localAddress ?? "", port: socket.localPort ?? 0 };
  const remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    moved();
  });
  socket.on("end", () => {
    hasEnded = true;
    moved();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    moved();
  });
  return {
    local,
    remote,
    write: (bytes) => void (socket.writable && socket.write(bytes)),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    received: () => text,
    get hasEnded() {
      return hasEnded;
    },
    get isClosed() {
      return isClosed;
    },
  };
}

export function connectRaw(to: Endpoint, from: string | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options = { host: to.host, port: to.port, localAddress: from, allowHalfOpen: true, noDelay: true };
    const socket = netConnect(options, () => {
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

/** A listener that accepts and does nothing else. */
export async function listenRaw(
  host: string,
  moved: () => void,
): Promise<RawListener & { readonly server: Server; readonly sockets: readonly Socket[] }> {
  const peers: RawPeer[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket);
    peers.push(rawPeerOver(socket, moved));
    moved();
  });
  const port = await bind(server, host);
  return { endpoint: { host, port }, accepted: () => peers, server, sockets };
}

/** A port that was free a moment ago. */
export async function unusedPort(host: string): Promise<number> {
  const server = createServer();
  const port = await bind(server, host);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function bind(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
