import type { InstantMs, NodeId } from "@mutirao/primitives";
import { asciiJson, printable } from "@mutirao/protocol";
import type { RegistryEntry, Transition } from "@mutirao/registry";

/** What is told by the wall clock: now, and the moments of the monotonic clock. */
export interface Clocks {
  readonly now: InstantMs;
  /** See `createWallOffset`. */
  readonly wallOffsetMs: number;
}

/** An escaped id is at most six times as long as an id. */
const ESCAPED_ID_MAX = 6 * 128;

/**
 * The brief's line, exactly:
 * `[ab12cd34] registry: { '<id>': { server_id: '<id>', host: '127.0.0.1', port: 9102, last_seen: 1763856000.123, status: 'ALIVE' } }`.
 * Peers that were never seen are not in it.
 */
export function registryLine(selfId: NodeId, entries: readonly RegistryEntry[], clocks: Clocks): string {
  const shown = entries.flatMap((entry) => {
    const { key, serverId, endpoint, lastSeenAt, status } = entry;
    if (serverId === undefined || lastSeenAt === undefined) return [];
    const lastSeen = epochSeconds(lastSeenAt, clocks);
    const fields = `server_id: ${quoted(serverId)}, host: '${endpoint.host}', port: ${endpoint.port}`;
    return [`${quoted(key)}: { ${fields}, last_seen: ${lastSeen}, status: '${status}' }`];
  });
  return `[${printable(selfId.slice(0, 8))}] registry: { ${shown.join(", ")} }\n`;
}

const quoted = (text: string): string => `'${printable(text.replaceAll(/['\\]/g, "\\$&"), ESCAPED_ID_MAX)}'`;

/** `{"event":"registry",...}`: every configured address, also those without a peer, whose `server_id` is null. */
export function registryJson(selfId: NodeId, entries: readonly RegistryEntry[], clocks: Clocks): string {
  const registry = entries.map(({ key, serverId, endpoint, lastSeenAt, status }) => [
    key,
    {
      server_id: serverId ?? null,
      host: endpoint.host,
      port: endpoint.port,
      last_seen: lastSeenAt === undefined ? null : epochSeconds(lastSeenAt, clocks),
      status,
    },
  ]);
  // Unlike assignment, `fromEntries` makes a plain field of a key such as "__proto__".
  const fields = {
    event: "registry",
    at: epochSeconds(clocks.now, clocks),
    server_id: selfId,
    registry: Object.fromEntries(registry),
  };
  return `${asciiJson(fields)}\n`;
}

/** `{"event":"transition",...}`: one change of status. The address comes last, and tells two peers of one id apart. */
export function transitionJson({ peer, from, to, reason, endpoint }: Transition, clocks: Clocks): string {
  const { host, port } = endpoint;
  const at = epochSeconds(clocks.now, clocks);
  return `${asciiJson({ event: "transition", at, peer, from, to, reason, host, port })}\n`;
}

/** Epoch seconds, to the millisecond. Verdicts go by the monotonic clock: a wall clock that is set moves this alone. */
const epochSeconds = (at: InstantMs, { wallOffsetMs }: Clocks): number => Math.round(at + wallOffsetMs) / 1_000;
