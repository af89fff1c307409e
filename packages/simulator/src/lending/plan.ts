import type { FarmPlan } from "../farm/plan.ts";
import type { LendingFaultName } from "./faults/lending-fault.ts";

/** Everything that is drawn before a run of this world begins: a farm's plan, and what is lending's own. */
export interface LendingPlan extends FarmPlan {
  readonly lendingFaults: readonly LendingFaultName[];
  /** The longest lease that any master here gives. */
  readonly leaseMaxMs: number;
}
