import type { RegistryEntry } from "@mutirao/registry";
import { aliveWithinMs } from "../bounds.ts";
import { describeLife } from "../swarm/boot.ts";
import { reachablePeers } from "../swarm/reachability.ts";
import type { CreateChecker, NodeLife } from "../swarm/world.ts";

/** A peer that is alive and can be reached is ALIVE, once it has been so for the bound. */
export const createAvailabilityChecker: CreateChecker = (world, fail) => {
  // The bound is many intervals long, so a look per half interval sees all that there is to see.
  const nextLookAt = new WeakMap<NodeLife, number>();

  const check = (life: NodeLife, rows: readonly RegistryEntry[]): void => {
    for (const { target, id, since, row } of reachablePeers(world, life, rows)) {
      const boundMs = aliveWithinMs(life.slot.plan, target.record.endpoint);
      const waitedMs = (world.scheduler.now - since) * life.clock.rate;
      if (row?.status === "ALIVE" || waitedMs <= boundMs) continue;
      const found = row === undefined ? "has no entry" : `is ${row.status}`;
      fail(
        `${describeLife(life)}: the peer ${id} at ${target.record.key} ${found} after ${Math.round(waitedMs)} ms (bound ` +
          `${Math.round(boundMs)} ms) in which it was alive and nothing stood in the way`,
      );
    }
  };
  return {
    inspect({ life, event, rows, now }) {
      if (event.type !== "wake" || now < (nextLookAt.get(life) ?? now)) return;
      nextLookAt.set(life, now + life.slot.plan.options.intervalMs / 2);
      check(life, rows);
    },
    finish() {
      // A node that is never woken again would not be looked at otherwise.
      for (const { life } of world.slots) if (life?.loop.isRunning === true) check(life, life.core.registry());
    },
  };
};
