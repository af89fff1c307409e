import type { NodeId } from "@mutirao/primitives";
import type { MasterLife, WorkerLife } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * An owner never believes that a worker of its own is home while that worker serves somebody under the current or a later
 * number: while it is with a borrower, its loan is open, or the number of its lease was taken back by a higher one.
 */
export const createBeliefChecker: CreateLendingChecker = (world, fail) => {
  const isLentBy = (owner: MasterLife, worker: NodeId): boolean => {
    for (const loan of world.loans.of(owner).open.values())
      if (loan.direction === "out" && loan.worker === worker) return true;
    return false;
  };

  const check = (owner: MasterLife | undefined, { core, id, label }: WorkerLife, why: string): void => {
    if (owner === undefined) return;
    const { isAway, phase, epoch } = core.status();
    // What it was told by a master of another team has no number; there nothing but its own word counts.
    if (!isAway || phase !== "connected" || epoch === 0 || isLentBy(owner, id)) return;
    const written = world.loans.of(owner).numbers.get(id) ?? 0;
    const number = Math.max(written, owner.slot.disk.leases.get(id)?.epoch ?? 0);
    if (number <= epoch)
      fail(`${owner.label} takes ${label} for home (${why}), and it serves under ${epoch} of ${number}`);
  };

  return {
    master({ life }) {
      for (const { direction, worker, reason } of world.loans.of(life).ended) {
        if (direction === "in") continue;
        for (const { life: away } of world.workers) if (away?.id === worker) check(life, away, reason);
      }
    },
    // It may begin to serve after its loan was closed.
    worker({ life }) {
      check(world.masters[life.slot.plan.master]?.life, life, "it has no loan");
    },
  };
};
