import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createLineLog } from "./line-log.ts";

/** A connection to a node, driven byte by byte. */
export interface RawClient {
  write(bytes: string | Uint8Array): void;
  /** Sends FIN; what the node still sends is read. */
  end(): void;
  /** The `ordinal`-th line from the node (counted from 0), parsed. */
  answer(ordinal: number): Promise<unknown>;
  /** Resolves, once the node has ended the connection, to all the lines that it sent. */
  closed(): Promise<readonly string[]>;
  destroy(): void;
}

export async function connectRaw(at: { readonly host: string; readonly port: number }): Promise<RawClient> {
  const socket: Socket = connect({ host: at.host, port: at.port, noDelay: true });
  await once(socket, "connect");
  // A reset by the node is an end like any other here; which one it was, no test needs to know.
  socket.on("error", () => {});
  const log = createLineLog(socket, `the connection to ${at.host}:${at.port}`);
  return {
    write: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    async answer(ordinal) {
      let seen = 0;
      const line = await log.find(`answer ${ordinal}`, (text) => (seen++ === ordinal ? text : undefined));
      return JSON.parse(line);
    },
    async closed() {
      await log.ended;
      return log.lines;
    },
    destroy: () => void socket.destroy(),
  };
}
