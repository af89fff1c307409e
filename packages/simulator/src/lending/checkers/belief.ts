import type { NodeId } from "@mutirao/primitives";
import type { MasterObservation, WorkerLife } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * An owner never believes that a worker of its own is home while that worker serves somebody under the current or a later
 * epoch: while it is with a borrower, its loan is open, or the number of its lease was taken back by a higher one.
 */
export const createBeliefChecker: CreateLendingChecker = (world, fail) => {
  const check = (observation: MasterObservation): void => {
    const { life } = observation;
    const book = world.loans.of(life);
    for (const { direction, worker, epoch = 0, reason } of book.ended) {
      if (direction === "in") continue;
      for (const { life: away } of world.workers) {
        if (away?.id !== worker || !serves(away)) continue;
        const { epoch: seen } = away.core.status();
        const isTakenBack = writtenIn(observation, worker) > seen || seen < epoch;
        if (!isTakenBack) fail(`${life.label} closes ${worker}@${epoch} (${reason}), and it serves under ${seen}`);
      }
    }
  };
  return { master: check };
};

/** The number that this step spends on a worker, or has it written down with. */
function writtenIn({ effects }: MasterObservation, worker: NodeId): number {
  let written = 0;
  for (const effect of effects) {
    if (effect.type !== "store") continue;
    for (const change of effect.changes)
      if (change.kind === "leased" && change.lease.worker === worker) written = Math.max(written, change.lease.epoch);
  }
  return written;
}

/** It is with a borrower, and talks to it. */
function serves({ core }: WorkerLife): boolean {
  const { isAway, phase } = core.status();
  return isAway && phase === "connected";
}
