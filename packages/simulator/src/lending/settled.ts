import type { MasterSlot } from "../farm/world.ts";
import type { LendingWorld } from "./world.ts";

/** Whether everything that was handed in has ended, was answered and is written down. */
export function isWorkOver(world: LendingWorld): boolean {
  return world.masters.every(
    ({ life, submitter }) =>
      life !== undefined && life.book.live.size === 0 && life.book.writesOpen === 0 && submitter.isDone,
  );
}

/** Loans that a master has not closed, but for those of which it expects nothing any more. */
export const openLoans = ({ loans }: LendingWorld, { life }: MasterSlot) =>
  life === undefined ? [] : [...loans.of(life).open.values()].filter(({ state }) => state !== "lost");

/** Nothing is to be done, everybody is home, and nobody owes anybody anything. */
export function isLendingSettled(world: LendingWorld): boolean {
  if (!isWorkOver(world)) return false;
  if (world.masters.some((slot) => openLoans(world, slot).length > 0)) return false;
  return world.workers.every(({ life }) => {
    if (life === undefined) return false;
    const { isAway, unacknowledged, phase } = life.core.status();
    const owes = unacknowledged > 0 && !world.travelled.has(life);
    return !isAway && !owes && (phase === "connected" || life.slot.plan.options.style === "pull");
  });
}
