import { type Endpoint, formatEndpoint, isLoopback } from "@mutirao/primitives";
import type { Logger } from "pino";

/** Says where tasks are taken, and warns if more than this machine can reach it. */
export function sayHttpListening(logger: Logger, at: Endpoint): void {
  const { host, port } = at;
  const address = formatEndpoint(at);
  logger.info({ event: "http-listening", host, port }, `tasks are taken at http://${address}`);
  if (isLoopback(host)) return;
  const text =
    `http://${address} is open to the network: anyone who can reach it can hand in, cancel and read tasks; use ` +
    `--http 127.0.0.1:${port} to keep it to this machine`;
  logger.warn({ event: "http-open-to-network", host, port }, text);
}
