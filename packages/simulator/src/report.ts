import type { BatchResult, FailedSeed } from "./batch.ts";
import type { Counters } from "./counters.ts";

/** What broke, when, what happened last, and how to see it again. */
export function describeFailedSeed({ world, seed, failure }: FailedSeed, extraFlags: string): string {
  const { checker, problem, atMs, lastEvents } = failure;
  return [
    `${world} seed ${seed} FAILED after ${(atMs / 1_000).toFixed(3)} s, checker ${checker}:`,
    `  ${problem}`,
    "  the last events:",
    ...lastEvents.map((line) => `  ${line}`),
    `  replay it: pnpm sim --world ${world} --seed ${seed}${extraFlags} --trace`,
  ].join("\n");
}

export function describeBatch({ world, seeds, failures, steps, simulatedMs }: BatchResult, tookMs: number): string {
  const hours = (simulatedMs / 3_600_000).toFixed(2);
  const perSecond = (seeds / (tookMs / 1_000)).toFixed(1);
  return `${world}: ${seeds} seeds, ${failures.length} failed; ${hours} h simulated, ${steps} steps, ${perSecond} seeds/s`;
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
