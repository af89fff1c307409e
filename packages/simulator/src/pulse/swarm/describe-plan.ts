import type { SwarmPlan } from "./plan.ts";

/** One line about a plan. */
export function describePlan({ nodes, foreigners, faults, network }: SwarmPlan): string {
  const [first] = nodes;
  const tempo =
    first === undefined ? "" : `interval ${ms(first.options.intervalMs)}, timeout ${ms(first.options.timeoutMs)}`;
  const strangers = foreigners.map(({ style }) => style).join(", ") || "none";
  const delay = `${network.latencyMs.toFixed(2)} to ${(network.latencyMs + network.jitterMs).toFixed(2)} ms each way`;
  return `${nodes.length} nodes, ${tempo}, ${delay}; foreign: ${strangers}; faults: ${faults.join(", ") || "none"}`;
}

const ms = (length: number): string => `${Math.round(length)} ms`;
