import type { DurationMs } from "@mutirao/primitives";
import { estimatedWaitMs } from "./estimated-wait.ts";
import { expectedSlots, type LendingFigures } from "./figures.ts";
import { triggerMs, workMs } from "./parameters.ts";

/** Why a master asks for workers, or why it does not. */
export type NeedReason =
  /** It asks. */
  | "wait-above-trigger"
  | "wait-below-trigger"
  /** Own workers are away that it has not asked back yet: those come before other people's. */
  | "own-workers-away"
  /** What was asked for already would be enough. */
  | "asked-already"
  /** The operator lets it borrow no more. */
  | "limit";

export interface Need {
  /** How many workers to ask for now. */
  readonly workers: number;
  readonly reason: NeedReason;
  /** What was weighed. */
  readonly waitMs: DurationMs;
  readonly triggerMs: DurationMs;
}

/**
 * How many workers should be asked for?
 *
 * Enough for every slot to find `work` of it, own and borrowed alike: with more, a worker would come for less than its
 * way costs. As `work` is a task's length at least, this is never more than there are tasks that wait.
 *
 * When none is needed and no answer is outstanding, asks that still stand at lenders should be withdrawn at once, not only
 * when nothing waits any more: that saves a quarter to a third of the moves.
 *
 * @param borrowRoom how many workers more the operator lets it borrow, those on the way and asked for counted.
 */
export function neededWorkers(figures: LendingFigures, borrowRoom: number): Need {
  const { backlog, serviceMs, lent, beingReclaimed, asked, slotsPerWorker } = figures;
  const slots = expectedSlots(figures);
  const waitMs = estimatedWaitMs({ backlog, serviceMs, slots });
  const weighed = { waitMs, triggerMs: triggerMs(figures) };
  const none = (reason: NeedReason): Need => ({ workers: 0, reason, ...weighed });

  if (waitMs <= weighed.triggerMs) return none("wait-below-trigger");
  if (lent > beingReclaimed) return none("own-workers-away");
  // A wait above the trigger is work for one slot more at least, except where there is none at all.
  const fedSlots = Math.max(1, Math.floor(backlog * (serviceMs / workMs(figures))) - slots);
  const wanted = Math.ceil(fedSlots / slotsPerWorker) - asked;
  if (wanted < 1) return none("asked-already");
  const workers = Math.min(wanted, Math.floor(borrowRoom));
  return workers < 1 ? none("limit") : { workers, reason: "wait-above-trigger", ...weighed };
}
