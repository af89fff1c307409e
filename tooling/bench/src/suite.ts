import type { Table } from "./report/table.ts";

/** What the user asked for. */
export interface Plan {
  /** A smoke run: every row, too short for figures that mean something. */
  readonly isQuick: boolean;
  /** The scenarios to run; all of them if empty. */
  readonly only: readonly string[];
  /** How many times each contestant is measured; `undefined` for the suite's own number. */
  readonly rounds: number | undefined;
  /** Sample where our own process spends its time, at the price of slower figures. */
  readonly isProfiling: boolean;
}

/** A promise about a figure, and whether it was kept. */
export interface GoalResult {
  /** Names the goal's section in `notes.md`. */
  readonly id: string;
  /** The promise in words, such as "at least 0.85 x bare". */
  readonly wanted: string;
  /** What was found, such as "0.91 (0.88-0.93)", or why nothing was. */
  readonly found: string;
  /** `undefined` if it could not be judged here. */
  readonly isReached: boolean | undefined;
}

/** Everything that one suite has to say, ready to be written down. */
export interface SuiteReport {
  readonly title: string;
  /** How the figures came about: paragraphs above the tables. */
  readonly method: readonly string[];
  readonly tables: readonly Table[];
  readonly goals: readonly GoalResult[];
  /** What went differently than planned in this very run: skipped contestants, failed beats. */
  readonly remarks: readonly string[];
  /** Self times of our own processes, if they were sampled. */
  readonly profiles: readonly Table[];
}

/** One subject of `bench`, such as the heartbeat: what is compared with what, and which figures are promised. */
export interface Suite {
  readonly name: string;
  readonly summary: string;
  readonly scenarios: readonly string[];
  /** @param progress told, line by line, what is being measured. */
  run(plan: Plan, progress: (line: string) => void): Promise<SuiteReport>;
}
