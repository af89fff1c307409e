import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { type Arrivals, createArrivals } from "./arrivals.ts";

/** A supervisor that reads load reports, and says nothing. An arrival is all that came on one connection. */
export interface Monitor extends Arrivals<string> {
  readonly address: string;
  stop(): void;
}

export async function startMonitor(): Promise<Monitor> {
  const arrivals = createArrivals<string>();
  const server = createServer((socket) => void text(socket).then(arrivals.add));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("a TCP server has no port");
  return { ...arrivals, address: `127.0.0.1:${at.port}`, stop: () => void server.close() };
}
