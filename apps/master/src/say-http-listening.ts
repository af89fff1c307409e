import { type Endpoint, formatEndpoint, isLoopback } from "@mutirao/primitives";
import type { Logger } from "pino";

/** Says where tasks are taken, and warns if more than this machine can reach it. */
export function sayHttpListening(logger: Logger, at: Endpoint, isGuarded: boolean): void {
  const { host, port } = at;
  const address = formatEndpoint(at);
  logger.info({ event: "http-listening", host, port }, `tasks are taken at http://${address}`);
  if (isLoopback(host)) return;
  const anyone = `http://${address} is open to the network: anyone who can reach it can`;
  const local = `--http 127.0.0.1:${port} to keep it to this machine`;
  const text = isGuarded
    ? `${anyone} read tasks; only who knows the token can hand in, cancel and order; use ${local}`
    : `${anyone} hand in, cancel and read tasks, and end the master; use ${local}, or --http-token-file`;
  logger.warn({ event: "http-open-to-network", host, port }, text);
}
