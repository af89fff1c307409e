import type { InstantMs, NodeId } from "@mutirao/primitives";
import { asciiJson, printable } from "@mutirao/protocol";
import type { RegistryEntry, Transition } from "@mutirao/registry";

/** The wall clock and the monotonic one, read together: a moment of the one can then be told in the other. */
export interface Clocks {
  readonly wallMs: number;
  readonly now: InstantMs;
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

/** `{"event":"registry",...}`: every peer, also those never seen, whose `server_id` and `last_seen` are null. */
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
    at: wallSeconds(clocks),
    server_id: selfId,
    registry: Object.fromEntries(registry),
  };
  return `${asciiJson(fields)}\n`;
}

/** `{"event":"transition",...}`: one change of status. */
export function transitionJson({ peer, from, to, reason }: Transition, clocks: Clocks): string {
  return `${asciiJson({ event: "transition", at: wallSeconds(clocks), peer, from, to, reason })}\n`;
}

/** Epoch seconds, to the millisecond. The age is by the monotonic clock, so a wall-clock jump moves the display only. */
function epochSeconds(at: InstantMs, { wallMs, now }: Clocks): number {
  return Math.round(wallMs - (now - at)) / 1_000;
}

const wallSeconds = ({ wallMs }: Clocks): number => Math.round(wallMs) / 1_000;
