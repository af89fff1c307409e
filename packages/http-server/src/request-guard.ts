import type { Problem } from "@mutirao/operator-api";
import { type Endpoint, isIpLiteral, isLoopback } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import { apiProblem } from "./problem.ts";

/** What of a request says on whose behalf it comes. */
export interface RequestOrigin {
  readonly method: string;
  readonly headers: { readonly host?: string | undefined; readonly origin?: string | undefined };
}

/**
 * Keeps web pages out. A browser on this machine reaches loopback addresses on behalf of any page that it shows, in two
 * ways: under a name of the page's own that resolves to 127.0.0.1 (DNS rebinding; its `Host` gives it away), and by a
 * form or `fetch` that needs no answer (its `Origin` gives it away). Reading answers is refused by the browser itself,
 * since we send no CORS headers.
 *
 * @param bound where the server listens.
 */
export function guardRequest({ method, headers }: RequestOrigin, bound: Endpoint): Problem | undefined {
  const { host, origin } = headers;
  if (host !== undefined && isLoopback(bound.host) && !isOwnName(hostName(host), bound)) {
    return apiProblem(
      "ERR_HOST_FOREIGN",
      `Host is ${printable(host)}: use localhost, or the address on which it listens`,
    );
  }
  if (origin !== undefined && method !== "GET" && method !== "HEAD" && !isSameOrigin(origin, host)) {
    return apiProblem("ERR_ORIGIN_FOREIGN", `Origin is ${printable(origin)}: leave it out, or come from this server`);
  }
  return undefined;
}

/** A page can have any name resolve here, but no address literal and not `localhost`. */
function isOwnName(name: string, bound: Endpoint): boolean {
  if (name === bound.host.toLowerCase() || name === "localhost") return true;
  return isIpLiteral(name) && isLoopback(name);
}

/** The host of `host`, `host:port`, `[::1]` or `[::1]:port`, without brackets. */
function hostName(host: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.toLowerCase());
  return match?.[1] ?? match?.[2] ?? host;
}

const isSameOrigin = (origin: string, host: string | undefined): boolean => origin === `http://${host}`;
