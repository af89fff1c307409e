import type { MasterSlot, WorkerLife } from "../../farm/world.ts";
import { isLendingSettled, isWorkOver, openLoans } from "../settled.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * When the work is over, every worker is home within its lease, a task and 30 s, whatever the masters do; and in the end
 * nobody owes anybody anything.
 */
export const createHomecomingChecker: CreateLendingChecker = (world, fail) => {
  let quietSince: number | undefined;

  const checkWorker = (life: WorkerLife | undefined): void => {
    if (life === undefined) return;
    const { isAway, epoch, phase } = life.core.status();
    if (isAway) fail(`${life.label} is still away under epoch ${epoch} (${phase}), long after the last task`);
  };
  const checkLoans = (slot: MasterSlot): void => {
    const [loan] = openLoans(world, slot);
    if (loan === undefined) return;
    const { direction, id, peer, state, reason } = loan;
    fail(
      `${slot.life?.label}: ${direction} ${id} with ${peer} is still ${state} (${reason}), long after the last task`,
    );
  };

  return {
    scan({ at }) {
      if (!world.isCalmForGood || !isWorkOver(world)) {
        quietSince = undefined;
        return;
      }
      quietSince ??= at;
      const boundMs = (world.plan.leaseMaxMs + slowestMs(world.plan.masters)) * 1.2 + 60_000;
      if (at - quietSince < boundMs) return;
      for (const { life } of world.workers) checkWorker(life);
      for (const slot of world.masters) checkLoans(slot);
    },
    finish() {
      if (isLendingSettled(world)) return;
      for (const { life } of world.workers) checkWorker(life);
      for (const slot of world.masters) checkLoans(slot);
    },
  };
};

/** What a worker and its masters may take to notice that something is gone, and to find each other again. */
function slowestMs(
  masters: readonly { readonly options: Readonly<Record<"timeoutMs" | "graceMs" | "backOffMaxMs", number>> }[],
): number {
  return Math.max(...masters.map(({ options }) => 2 * options.timeoutMs + options.graceMs + 3 * options.backOffMaxMs));
}
