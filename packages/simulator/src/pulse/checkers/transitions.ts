import { formatEndpoint, type NodeId } from "@mutirao/primitives";
import type { PeerStatus, RegistryEntry, Transition } from "@mutirao/registry";
import { describeLife } from "../swarm/boot.ts";
import { transitionsOf } from "../swarm/notices.ts";
import type { CreateChecker, Inspection, NodeLife } from "../swarm/world.ts";

/** The statuses under which an id is shown: two if it answers at two addresses. */
type Statuses = readonly PeerStatus[];

/**
 * What is told of changes fits what is shown: each change begins with the status that was shown before it and ends with
 * the one that is shown after it, and no status changes without being told of.
 */
export const createTransitionsChecker: CreateChecker = (_world, fail) => {
  const shown = new WeakMap<NodeLife, ReadonlyMap<NodeId, Statuses>>();

  const follow = (life: NodeLife, statuses: Statuses, { peer, endpoint, from, to, reason }: Transition): Statuses => {
    const change = `${describeLife(life)}: the change of ${peer} at ${formatEndpoint(endpoint)} from ${from} to ${to} (${reason})`;
    if (from === to) fail(`${change} changes nothing`);
    const index = statuses.indexOf(from);
    if (index === -1 && (from !== "NEVER_SEEN" || statuses.length > 0)) {
      fail(`${change} begins with what was not shown: ${statuses.join(" and ") || "nothing"}`);
    }
    const others = statuses.filter((_, at) => at !== index);
    return to === "DROPPED" ? others : [...others, to];
  };

  const check = ({ life, effects, rows }: Inspection): void => {
    const before = shown.get(life) ?? new Map<NodeId, Statuses>();
    const after = statusesOf(rows);
    shown.set(life, after);
    const told = new Map<NodeId, Statuses>();
    for (const transition of transitionsOf(effects)) {
      const statuses = told.get(transition.peer) ?? before.get(transition.peer) ?? [];
      told.set(transition.peer, follow(life, statuses, transition));
    }
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      const expected = bestOf(told.get(id) ?? before.get(id) ?? []);
      const found = bestOf(after.get(id) ?? []);
      if (expected !== found) fail(`${describeLife(life)}: ${id} is ${found}, and what was told makes it ${expected}`);
    }
  };
  return { inspect: check };
};

/**
 * An address that an id has left, or left for a while, is shown or not without a change of the id's status; so what
 * counts is its best status.
 */
function bestOf(statuses: Statuses): string {
  if (statuses.includes("ALIVE")) return "ALIVE";
  return statuses.includes("TIMEOUT") ? "TIMEOUT" : "not shown";
}

function statusesOf(rows: readonly RegistryEntry[]): ReadonlyMap<NodeId, Statuses> {
  const statuses = new Map<NodeId, PeerStatus[]>();
  for (const { serverId, status } of rows) {
    if (serverId === undefined) continue;
    const known = statuses.get(serverId);
    if (known === undefined) statuses.set(serverId, [status]);
    else known.push(status);
  }
  return statuses;
}
