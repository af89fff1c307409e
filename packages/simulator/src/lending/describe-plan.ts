import { describeFarmPlan } from "../farm/describe-plan.ts";
import type { LendingPlan } from "./plan.ts";

/** One line about a plan. */
export function describeLendingPlan(plan: LendingPlan): string {
  const masters = plan.masters.map(({ options }) => {
    const { lending, leaseMs, lendMax, lendReserve, borrowMax, peers } = options;
    return `${lending} ${peers.length} peers, lease ${Math.round(leaseMs)} ms, ${lendMax}/${lendReserve}/${borrowMax}`;
  });
  return `${describeFarmPlan(plan)}, ${plan.lendingFaults.join(", ")}; lending: ${masters.join("; ")}`;
}
