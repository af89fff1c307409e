/** Sends back the bytes that come: what the sockets alone cost. */
import { serveConnections } from "./serve-lines.ts";

serveConnections((socket) => {
  socket.on("data", (chunk: Buffer) => socket.write(chunk));
});
