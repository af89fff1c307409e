import { isIP } from "node:net";
import { isLoopback } from "@mutirao/primitives";

/** Where binding says nothing, or says only what the system does by itself for every target that it can reach. */
const needless = new Set(["0.0.0.0", "::", "127.0.0.1", "::1"]);

/**
 * The address to bind an outgoing connection to, so that the other side sees us where we listen (several nodes on one
 * machine differ by 127.0.0.x alone).
 *
 * A bound connection takes its port from a table of its own, and runs out of ports earlier; so it is bound only where
 * it makes a difference. A loopback address cannot reach another machine, so it is not used for one.
 *
 * @param localHost where this node listens.
 * @param target the IP literal that is dialled.
 */
export function localAddressFor(localHost: string | undefined, target: string): string | undefined {
  if (localHost === undefined || isIP(localHost) !== isIP(target) || needless.has(localHost)) return undefined;
  return isLoopback(localHost) && !isLoopback(target) ? undefined : localHost;
}
