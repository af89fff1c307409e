import { type Endpoint, isHostName, isIpLiteral, isIpv4, isIpv6, isLoopback } from "@mutirao/primitives";

/**
 * Where a worker may be sent. Its connection begins with the worker's own words and goes wherever the master says, so a
 * master that is not what it seems could make it knock at doors that only this machine can reach: its own services, or
 * the one at 169.254.169.254 by which a cloud hands its machines their credentials. A borrower lives at none of those;
 * only where the home is on this machine may the borrower be as well.
 *
 * A name is taken as it stands: what it resolves to is for whoever dials to judge, with {@link wrongHost}.
 *
 * @returns what is wrong with the address, in words that end the sentence "it is ..."; `undefined` if it may be dialled.
 */
export function wrongTarget(to: Endpoint, home: Endpoint): string | undefined {
  if (!Number.isInteger(to.port) || to.port < 1 || to.port > 65_535) return "without a port";
  const isHome = to.port === home.port && spelledAlike(to.host) === spelledAlike(home.host);
  return isHome ? "the worker's home" : wrongHost(to.host, home);
}

/** The same of the host alone. */
export function wrongHost(host: string, home: Endpoint): string | undefined {
  if (isLoopback(host)) return isLoopback(home.host) ? undefined : LOOPBACK;
  if (!isIpLiteral(host)) return isHostName(host) ? undefined : "neither an IP address nor a host name";
  const embedded = isIpv4(host) ? octetsOf(host) : embeddedIpv4(groupsOf(host));
  const wrong = embedded === undefined ? wrongGroups(groupsOf(host)) : wrongOctets(embedded);
  return wrong === LOOPBACK && isLoopback(home.host) ? undefined : wrong;
}

const LOOPBACK = "on the worker's own machine";
const NOWHERE = "no address of a machine";
const LINK_LOCAL = "good on one link only";
const MANY = "that of many machines";

type Octets = readonly [number, number, number, number];

function wrongOctets([first, second]: Octets): string | undefined {
  if (first === 0) return NOWHERE;
  if (first === 127) return LOOPBACK;
  if (first === 169 && second === 254) return LINK_LOCAL;
  // Multicast, and above it what is reserved, 255.255.255.255 included.
  return first >= 224 ? MANY : undefined;
}

function wrongGroups(groups: readonly number[]): string | undefined {
  const [first = 0] = groups;
  if (first >> 8 === 0xff) return MANY;
  if (first >> 6 === 0xfe80 >> 6) return LINK_LOCAL;
  // The same service for credentials, where machines have no IPv4.
  return groups.join() === METADATA ? LINK_LOCAL : undefined;
}

const METADATA = [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254].join();

/** One spelling for all of the same host, as far as its text tells. */
function spelledAlike(host: string): string {
  if (!isIpv6(host)) return host.toLowerCase();
  const groups = groupsOf(host);
  const isMapped = groups.slice(0, 6).join() === MAPPED;
  return (isMapped && embeddedIpv4(groups)?.join(".")) || groups.join(":");
}

/** IPv6 spells an IPv4 address in several ways: `::ffff:a.b.c.d`, the older `::a.b.c.d`, and behind NAT64 `64:ff9b::`. */
function embeddedIpv4(groups: readonly number[]): Octets | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  const prefix = groups.slice(0, 6).join();
  if (prefix === COMPATIBLE && high === 0 && low === 1) return [127, 0, 0, 1];
  if (prefix !== COMPATIBLE && prefix !== MAPPED && prefix !== NAT64) return undefined;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff];
}

const COMPATIBLE = [0, 0, 0, 0, 0, 0].join();
const MAPPED = [0, 0, 0, 0, 0, 0xffff].join();
const NAT64 = [0x64, 0xff9b, 0, 0, 0, 0].join();

const octetsOf = (text: string): Octets => {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a, b, c, d];
};

/** The eight groups of an IPv6 literal. */
function groupsOf(text: string): readonly number[] {
  const tail = text.slice(text.lastIndexOf(":") + 1);
  const plain = isIpv4(tail) ? text.slice(0, -tail.length) + pairOf(octetsOf(tail)) : text;
  const [head = [], rest] = plain.split("::").map(partsOf);
  if (rest === undefined) return head;
  return [...head, ...Array<number>(8 - head.length - rest.length).fill(0), ...rest];
}

const partsOf = (half: string): readonly number[] =>
  half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16));

const pairOf = ([a, b, c, d]: Octets): string => `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
