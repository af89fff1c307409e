import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import type { Endpoint } from "@mutirao/primitives";

/**
 * A loopback endpoint that answers no SYN: its listener accepts nothing, and its queue is full. (An unroutable address
 * would not do: a machine without a default route answers for it at once.)
 */
export async function createBlackHole(): Promise<{ readonly endpoint: Endpoint; stop(): Promise<void> }> {
  const worker = new Worker(
    `const { createServer } = require("node:net");
     const { parentPort } = require("node:worker_threads");
     const server = createServer();
     server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       // From here on this thread accepts nothing, until it is terminated.
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const fillers = await fill(port);
  return {
    endpoint: { host: "127.0.0.1", port },
    async stop() {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}

/** Connects until a connection is not completed any more. The kernel completes them by itself while there is room. */
async function fill(port: number): Promise<readonly Socket[]> {
  const fillers: Socket[] = [];
  for (let isFull = false; !isFull; ) {
    const filler = connect(port, "127.0.0.1");
    filler.on("error", () => {});
    fillers.push(filler);
    isFull = await new Promise<boolean>((resolve) => {
      // On loopback a handshake takes microseconds.
      const guard = setTimeout(resolve, 300, true);
      filler.once("connect", () => {
        clearTimeout(guard);
        resolve(false);
      });
    });
  }
  return fillers;
}
