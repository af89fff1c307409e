import type { MasterObservation, WorkerLife } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * An owner never believes that a worker of its own is home while that worker serves somebody under the current or a later
 * epoch: while it is with a borrower, its loan is open, or the number of its lease was taken back by a higher one.
 */
export const createBeliefChecker: CreateLendingChecker = (world, fail) => {
  const check = ({ life }: MasterObservation): void => {
    const book = world.loans.of(life);
    for (const { direction, worker, epoch = 0, reason } of book.ended) {
      if (direction === "in") continue;
      for (const { life: away } of world.workers) {
        if (away?.id !== worker || !serves(away)) continue;
        const durable = life.slot.disk.leases.get(worker);
        const { epoch: seen } = away.core.status();
        // A number that is taken back is written down at once, though the disk takes its time.
        const isTakenBack = (durable?.epoch ?? 0) > seen || seen < epoch || TAKEN_BACK.has(reason);
        if (!isTakenBack) fail(`${life.label} closes ${worker}@${epoch} (${reason}), and it serves under ${seen}`);
      }
    }
  };
  return { master: check };
};

/** Ends of a loan that consume an epoch. */
const TAKEN_BACK: ReadonlySet<string> = new Set([
  "it was not seen at the borrower in time",
  "it was never seen again",
  "it was lost, and is back",
]);

/** It is with a borrower, and talks to it. */
function serves({ core }: WorkerLife): boolean {
  const { isAway, phase } = core.status();
  return isAway && phase === "connected";
}
