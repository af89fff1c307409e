/** Where somebody listens: an IP literal or a name (without brackets), and a TCP port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with brackets around an IPv6 literal. Equal endpoints give equal texts, so it serves as a key. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export const sameEndpoint = (a: Endpoint, b: Endpoint): boolean => a.host === b.host && a.port === b.port;

/** Why a text is not an endpoint, in words that end the sentence "it is not a peer address: ...". */
export type EndpointProblem = { readonly problem: string };

/**
 * Reads `host:port`: an IPv4 literal in four decimal parts, an IPv6 literal in brackets, or an RFC 1123 name.
 *
 * What resolvers read in surprising ways is refused rather than guessed: `127.1`, `0x7f.0.0.1`, `2130706433` (all
 * loopback to `getaddrinfo`) and `010.0.0.1` (octal, 8.0.0.1). So are port 0 and ports with anything but digits.
 */
export function parseEndpoint(text: string): Endpoint | EndpointProblem {
  if (text.includes("://")) return { problem: "it is host:port alone, without http://" };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text);
  if (match === null) {
    return { problem: text.includes(":") ? "an IPv6 address goes in brackets, as in [::1]:9101" : "there is no :port" };
  }
  const [, bracketed, plain = "", portText = ""] = match;
  const port = parsePort(portText);
  if (port === undefined || port === 0) return { problem: `the port must be a number from 1 to 65535` };
  const host = bracketed ?? plain;
  const isGood = bracketed === undefined ? isIpv4(host) || isHostName(host) : isIpv6(host);
  if (!isGood) return { problem: `its host is neither an IP address nor a host name` };
  return { host: host.toLowerCase(), port };
}

/** A TCP port in plain decimal digits, 0 to 65535; `undefined` for anything else. */
export function parsePort(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,4})$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}

/** Whether the text is an IP literal in its plain spelling (IPv6 without brackets). */
export const isIpLiteral = (host: string): boolean => isIpv4(host) || isIpv6(host);

/** Whether the host can only be reached from this machine: 127.0.0.0/8, ::1 (v4-mapped too), or `localhost`. */
export function isLoopback(host: string): boolean {
  const address = unmapped(host.toLowerCase());
  if (isIpv4(address)) return address.startsWith("127.");
  return address === "::1" || address === "localhost" || address.endsWith(".localhost");
}

/** `::ffff:10.0.0.1` as `10.0.0.1`; any other address as it is. One address must have one spelling to be compared. */
export function unmapped(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice("::ffff:".length) : address;
}

export function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

export function isIpv6(text: string): boolean {
  const lastColon = text.lastIndexOf(":");
  const tail = text.slice(lastColon + 1);
  // An embedded IPv4 address stands for the last two groups.
  const groupsText = tail.includes(".") ? (isIpv4(tail) ? `${text.slice(0, lastColon + 1)}0:0` : "?") : text;
  const halves = groupsText.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const isComplete = halves.length === 1 ? groups.length === 8 : groups.length <= 7;
  return isComplete && groups.every((group) => /^[\da-f]{1,4}$/i.test(group));
}

/** RFC 1123: labels of letters, digits and inner hyphens, 253 characters in all, the last label not a number. */
export function isHostName(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  const labels = text.split(".");
  const lastLabel = labels.at(-1) ?? "";
  if (/^(?:\d+|0x[\da-f]*)$/i.test(lastLabel)) return false;
  return labels.every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label));
}
