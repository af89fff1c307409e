import { registryMax } from "../bounds.ts";
import { describeLife } from "../swarm/boot.ts";
import type { TargetRecord } from "../swarm/ledger.ts";
import type { CreateChecker, NodeLife } from "../swarm/world.ts";

/** Nothing grows without bound: entries, connections, dials under way. */
export const createTablesChecker: CreateChecker = (_world, fail) => {
  const checkConnections = (life: NodeLife): void => {
    const { options, limits } = life.slot.plan;
    const perTarget = new Set<TargetRecord>();
    let unprovenDials = 0;
    for (const { target, isClosing, isOpen } of life.ledger.conns.values()) {
      if (target === undefined || isClosing) continue;
      if (perTarget.has(target)) fail(`${describeLife(life)} holds two connections to ${target.key}`);
      perTarget.add(target);
      const before = target.attempt?.outcome === undefined ? target.previous : target.attempt;
      if (!isOpen && before?.outcome !== "answered") unprovenDials++;
    }
    if (unprovenDials > options.dialsMax) {
      fail(`${describeLife(life)} has ${unprovenDials} unproven dials under way, more than ${options.dialsMax}`);
    }
    const { placesTaken } = life.host.transport;
    if (placesTaken > limits.connectionsMax) {
      fail(`${describeLife(life)} has ${placesTaken} connections, more than ${limits.connectionsMax}`);
    }
  };
  return {
    inspect({ life, event, rows }) {
      const most = registryMax(life.slot.plan);
      if (rows.length > most) fail(`${describeLife(life)}: its registry has ${rows.length} entries, more than ${most}`);
      if (event.type === "wake") checkConnections(life);
    },
  };
};
