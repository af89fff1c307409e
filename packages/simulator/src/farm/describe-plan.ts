import type { FarmPlan } from "./plan.ts";

/** One line about a plan. */
export function describeFarmPlan({ masters, workers, foreigners, faults, network }: FarmPlan): string {
  const [first] = masters;
  const tempo =
    first === undefined
      ? ""
      : `interval ${ms(first.options.intervalMs)}, timeout ${ms(first.options.timeoutMs)}, grace ${ms(first.options.graceMs)}`;
  const strangers = foreigners.map(({ style, manners }) => [style, ...manners].join(" ")).join(", ") || "none";
  const tasks = masters.reduce((sum, { workload }) => sum + workload.tasksMax, 0);
  const delay = `${network.latencyMs.toFixed(2)} to ${(network.latencyMs + network.jitterMs).toFixed(2)} ms each way`;
  return (
    `${masters.length} masters, ${workers.length} workers, up to ${tasks} tasks, ${tempo}, ${delay}; ` +
    `foreign: ${strangers}; faults: ${faults.join(", ") || "none"}`
  );
}

const ms = (length: number): string => `${Math.round(length)} ms`;
