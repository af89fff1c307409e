import { type Endpoint, isIpLiteral, isLoopback, parseEndpoint, unmapped } from "@mutirao/primitives";

/**
 * Where the event stream of a master may be read. A report can name any address, and whoever sends one must not make us
 * call on others for him: only the address from which the report came counts, or this machine if it came from here.
 *
 * @param http what the report says: `host:port`.
 * @param source the address from which it came.
 */
export function allowedHttp(http: string | null, source: string): Endpoint | undefined {
  const parsed = http === null ? { problem: "" } : parseEndpoint(http);
  if ("problem" in parsed) return undefined;
  const host = unmapped(parsed.host);
  if (host === "0.0.0.0" || host === "::") return { host: source, port: parsed.port };
  const isHere = isIpLiteral(host) && isLoopback(host) && isLoopback(source);
  return host === source || isHere ? { host, port: parsed.port } : undefined;
}
