import type { NodeId } from "@mutirao/primitives";
import type { MasterLife } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/** A worker has one open lease at a time, as its owner tells it; and of a lease that is over nothing is told any more. */
export const createOneLeaseChecker: CreateLendingChecker = (world, fail) => {
  const over = new WeakMap<MasterLife, Set<string>>();

  return {
    master({ life }) {
      const { begun, ended, open } = world.loans.of(life);
      if (begun.length === 0 && ended.length === 0) return;
      const known = over.get(life) ?? new Set<string>();
      over.set(life, known);
      for (const { direction, id, state, reason } of begun)
        if (direction === "out" && known.has(id))
          fail(`${life.label} tells of ${id}, which is over: ${state} (${reason})`);
      for (const { direction, id } of ended) if (direction === "out") known.add(id);
      const lent = new Set<NodeId>();
      for (const { direction, worker } of open.values()) {
        if (direction === "in") continue;
        if (lent.has(worker)) fail(`${life.label} has lent ${worker} twice`);
        lent.add(worker);
      }
    },
  };
};
