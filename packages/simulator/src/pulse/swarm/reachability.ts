import { type NodeId, sameEndpoint } from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import type { WorldMs } from "../../scheduler.ts";
import { calmSince } from "./weather.ts";
import type { NodeLife, Target, World } from "./world.ts";

/** A peer that a node must find alive, once it has had the time. */
export interface Reachable {
  readonly target: Target;
  readonly id: NodeId;
  /** Since when nothing has stood in the way, stalls of the node itself included. */
  readonly since: WorldMs;
  /** What the node's registry says of it. */
  readonly row: RegistryEntry | undefined;
}

export function* reachablePeers(world: World, life: NodeLife, rows: readonly RegistryEntry[]): Generator<Reachable> {
  for (const target of life.targets) {
    const occupant = target.address === undefined ? undefined : world.occupantOf(target.address);
    if (occupant === undefined || !occupant.isAlive) continue;
    const { endpoint } = target.record;
    const id = occupant.idAt(endpoint);
    if (id === life.id) continue;
    const since = calmSince(world, life, target, occupant, "with-stalls");
    if (since === undefined) continue;
    const row = rows.find(({ serverId, endpoint: at }) => serverId === id && sameEndpoint(at, endpoint));
    yield { target, id, since, row: row ?? newerElsewhere(life, target, id, rows) };
  }
}

/**
 * An id that has just answered at another address is shown there, and no more here until it answers here again: it may
 * have moved.
 */
function newerElsewhere(
  { ledger }: NodeLife,
  { record }: Target,
  id: NodeId,
  rows: readonly RegistryEntry[],
): RegistryEntry | undefined {
  const heardHereAt = ledger.evidence(id, record.endpoint);
  if (heardHereAt === undefined) return undefined;
  return rows.find(({ serverId, endpoint }) => serverId === id && (ledger.evidence(id, endpoint) ?? 0) > heardHereAt);
}

/** Whether everybody finds everybody alive who is. */
export function isSettled(world: World): boolean {
  for (const { life } of world.slots) {
    if (life === undefined) continue;
    for (const { row } of reachablePeers(world, life, life.core.registry())) if (row?.status !== "ALIVE") return false;
  }
  return true;
}
