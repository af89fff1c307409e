import { type Endpoint, formatEndpoint, isLoopback } from "@mutirao/primitives";
import type { Logger } from "pino";

/** Says where the node listens, and warns if more than this machine can reach it. */
export function sayListening(logger: Logger, at: Endpoint): void {
  const address = formatEndpoint(at);
  logger.info({ event: "listening", host: at.host, port: at.port }, `listening on ${address}`);
  if (isLoopback(at.host)) return;
  const text =
    `${address} is open to the network: anyone who can reach it can talk to this node, and nothing is encrypted; ` +
    "use --host 127.0.0.1 to keep it to this machine";
  logger.warn({ event: "open-to-network", host: at.host, port: at.port }, text);
}
