import type { NodeId } from "@mutirao/primitives";
import type { CreateLendingChecker } from "../world.ts";

/** A worker has one open lease at a time, as its owner tells it. */
export const createOneLeaseChecker: CreateLendingChecker = (world, fail) => ({
  master({ life }) {
    const book = world.loans.of(life);
    if (book.begun.length === 0) return;
    const lent = new Set<NodeId>();
    for (const { direction, worker } of book.open.values()) {
      if (direction === "in") continue;
      if (lent.has(worker)) fail(`${life.label} has lent ${worker} twice`);
      lent.add(worker);
    }
  },
});
