import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/**
 * Ports on loopback that nobody listens on at this moment. All are held at once while they are chosen, so that they
 * differ; another program may still take one before it is used.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
