import type { Server } from "node:http";
import type { Socket } from "node:net";

/** The connections of a server on which nothing is under way. */
export interface QuietConnections {
  /** Ends them all, and from now on each as soon as nothing is under way on it. */
  close(): void;
}

/**
 * Node tells connections between two requests from busy ones, but counts a connection that has yet to bring its first
 * request as busy. Browsers and HTTP clients open such connections ahead of time, and each would hold up the end.
 */
export function watchQuietConnections(server: Server): QuietConnections {
  const quiet = new Set<Socket>();
  let isClosing = false;
  server.on("connection", (socket) => {
    quiet.add(socket);
    socket.once("close", () => quiet.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    quiet.delete(socket);
    response.once("close", () => {
      if (isClosing) socket.destroySoon();
      else if (!socket.destroyed) quiet.add(socket);
    });
  });
  return {
    close() {
      isClosing = true;
      for (const socket of quiet) socket.destroy();
    },
  };
}
