import type { EpochMs } from "@mutirao/primitives";
import type { JournalEntry } from "./journal-entry.ts";
import { sentenceOf } from "./sentences.ts";

/** One link of a causal chain. */
export interface Step {
  readonly at: EpochMs;
  /** The kind of the notice, or `task-accepted` and the like of what is read off a task. */
  readonly event: string;
  readonly sentence: string;
  /** The figures and names in it, for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Why something is as it is. */
export interface Explanation {
  /** The short answer, in one sentence. */
  readonly answer: string;
  /** What led to it, oldest first. */
  readonly steps: readonly Step[];
}

/** A chain that is longer is cut at its beginning: what happened last explains most. */
const STEPS_MAX = 200;

export function stepOf({ at, notice }: JournalEntry): Step {
  const { kind, ...facts } = notice;
  return { at, event: kind, sentence: sentenceOf(notice), facts };
}

/** Oldest first; what happened at the same moment stays in its order. */
export const explanationOf = (answer: string, steps: readonly Step[]): Explanation => ({
  answer,
  steps: steps.toSorted((a, b) => a.at - b.at).slice(-STEPS_MAX),
});
