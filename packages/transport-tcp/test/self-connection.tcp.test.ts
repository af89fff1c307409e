import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type ConnId, dialledConnId, instantMs } from "@mutirao/primitives";
import { type CloseReason, transportLimitDefaults } from "@mutirao/transport";
import { expect, test } from "vitest";
import { createConnections } from "../src/connections.ts";

/** TCP lets a socket connect to itself, if it dials the port that it has: two SYNs cross, and the two are one. */
async function connectToItself(): Promise<Socket> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const socket = connect({ host: "127.0.0.1", port, localAddress: "127.0.0.1", localPort: port });
  await once(socket, "connect");
  return socket;
}

test.skipIf(process.platform !== "linux")(
  "a dial that was connected to itself is refused, and gives the port back (only Linux connects it so readily)",
  async () => {
    const ended = Promise.withResolvers<[ConnId, CloseReason]>();
    const opened: ConnId[] = [];
    const connections = createConnections({
      limits: transportLimitDefaults,
      clock: () => instantMs(performance.now()),
      handler: {
        connOpened: (conn) => void opened.push(conn),
        lineReceived: () => {},
        lineRefused: () => {},
        connClosed: (conn, reason) => ended.resolve([conn, reason]),
      },
      onNoneLeft: () => {},
    });
    const conn = dialledConnId(0);
    const connection = connections.beginDial(conn);
    const socket = await connectToItself();
    const port = socket.localPort;
    const socketGone = once(socket, "close");
    connections.dialled(connection, socket);
    expect(await ended.promise).toEqual([conn, { code: "ERR_DIAL_REFUSED", detail: "connected to itself" }]);
    expect(opened).toEqual([]);
    await socketGone;
    const successor = createServer().listen(port, "127.0.0.1");
    await once(successor, "listening");
    successor.close();
    connections.stop();
  },
);
