import net, { type AddressInfo, type Socket } from "node:net";
import { serveCalls } from "../../children/serve-calls.ts";

/** Starts a server on loopback that hands each connection to `accept`, and tells the parent its port. */
export function serveConnections(accept: (socket: Socket) => void): void {
  serveCalls({
    async listen() {
      const server = net.createServer({ noDelay: true }, (socket) => {
        // A peer that resets its connection is no matter for a server without limits; it only must not end it.
        socket.on("error", () => {});
        accept(socket);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 1_024, resolve));
      return (server.address() as AddressInfo).port;
    },
  });
}

/** Answers the whole lines of each chunk with one write, and waits for the end of a line that has only begun. */
export function serveLines(answerLine: (line: string) => string): void {
  serveConnections((socket) => {
    let unfinished = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      const text = unfinished === "" ? chunk : unfinished + chunk;
      let answers = "";
      let start = 0;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
        answers += answerLine(text.slice(start, end));
        start = end + 1;
      }
      unfinished = start === text.length ? "" : text.slice(start);
      if (answers !== "") socket.write(answers);
    });
  });
}
