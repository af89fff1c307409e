import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { freePort } from "@mutirao/process-tests";
import type { Place } from "./places.ts";

/** What stands before a master that others reach at another address than the one it listens at. */
export interface Forwarder {
  readonly address: string;
  /** Connections that were taken so far. */
  taken(): number;
  close(): Promise<void>;
}

/** Hands every connection on to the master. */
export async function forwardTo({ host, port }: Place): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  let taken = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    taken++;
    const far = connect({ host, port, localAddress: host });
    for (const socket of [near, far]) keep(socket);
    near.pipe(far).pipe(near);
  });
  const at = await freePort(host);
  server.listen(at, host);
  await once(server, "listening");
  return {
    address: `${host}:${at}`,
    taken: () => taken,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
