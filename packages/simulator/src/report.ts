import type { BatchResult, FailedSeed } from "./batch.ts";
import type { Counters } from "./counters.ts";
import type { SwarmPlan } from "./swarm/plan.ts";

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

/** What broke, when, what happened last, and how to see it again. */
export function describeFailedSeed({ seed, failure }: FailedSeed, extraFlags: string): string {
  const { checker, problem, atMs, lastEvents } = failure;
  return [
    `seed ${seed} FAILED after ${(atMs / 1_000).toFixed(3)} s, checker ${checker}:`,
    `  ${problem}`,
    "  the last events:",
    ...lastEvents.map((line) => `  ${line}`),
    `  replay it: pnpm sim --seed ${seed}${extraFlags} --trace`,
  ].join("\n");
}

export function describeBatch({ seeds, failures, steps, simulatedMs }: BatchResult, tookMs: number): string {
  const hours = (simulatedMs / 3_600_000).toFixed(2);
  const perSecond = (seeds / (tookMs / 1_000)).toFixed(1);
  return `${seeds} seeds, ${failures.length} failed; ${hours} h simulated, ${steps} steps, ${perSecond} seeds/s`;
}

/** Every counter, in three columns. */
export function describeCounters(counters: Counters): string {
  const cells = [...counters.entries()].map(([name, count]) => `${name.padEnd(34)}${String(count).padStart(8)}`);
  const rows = Math.ceil(cells.length / COLUMNS);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: COLUMNS }, (__, column) => cells[row + column * rows] ?? "")
      .join("   ")
      .trimEnd(),
  ).join("\n");
}

const COLUMNS = 3;
