import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";

let ordinal = 0;

/**
 * A loopback address that no other test uses, where the system has more than one (macOS does not). A port that is
 * free there stays free while the test has nothing running on it: nobody else can be given it meanwhile.
 */
export function ownLoopbackHost(): string {
  if (process.platform === "darwin") return "127.0.0.1";
  ordinal += 1;
  // 127.0.x.x is left alone: that is where people have things running.
  return `127.${1 + (process.pid % 250)}.${(process.pid >> 8) % 250}.${ordinal}`;
}

/** A port on which nobody listens at this moment. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen({ host, port: 0 });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  server.close();
  await once(server, "close");
  return address.port;
}

/** Whether this machine has ::1. */
export const hasIpv6Loopback = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

/** Whether this machine's `localhost` is ::1 as well as 127.0.0.1. */
export const isLocalhostIpv6 = (await lookup("localhost", { all: true })).some(({ address }) => address === "::1");
