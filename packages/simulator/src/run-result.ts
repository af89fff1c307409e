import { AssertionError } from "@mutirao/primitives";
import type { Counters } from "./counters.ts";
import { type Scheduler, worldMs } from "./scheduler.ts";
import type { Fail } from "./stage.ts";
import type { Trace } from "./trace.ts";
import { SimViolation } from "./violation.ts";

/** What a run came to. */
export interface RunResult {
  readonly seed: string;
  /** The plan in one line. */
  readonly plan: string;
  readonly failure: Failure | undefined;
  /** Equal for runs that went the same way; empty if none was asked for. */
  readonly fingerprint: string;
  /** Calls of cores. */
  readonly steps: number;
  readonly simulatedMs: number;
  readonly counters: Counters;
}

export interface RunOptions {
  /** Called with each step, if they are to be seen. */
  readonly print?: (line: string) => void;
  /** The only checker that is to judge. */
  readonly only?: string | undefined;
  /** Whether the fingerprint is worked out: yes, unless this is false. It takes a twentieth of the time. */
  readonly isDigested?: boolean | undefined;
}

export interface Failure {
  readonly checker: string;
  readonly problem: string;
  readonly atMs: number;
  /** The last things that happened, the failing one at the end. */
  readonly lastEvents: readonly string[];
}

/** Judges that call a checker's name when they fail a run; all of them, or only one. */
export function createJudges<World, Checker>(
  checkers: Readonly<Record<string, (world: World, fail: Fail) => Checker>>,
  world: World,
  only: string | undefined,
): readonly Checker[] {
  return Object.entries(checkers).flatMap(([name, create]) => {
    if (only !== undefined && only !== name) return [];
    const fail: Fail = (problem) => {
      throw new SimViolation(name, problem);
    };
    return [create(world, fail)];
  });
}

export function runUntil(scheduler: Scheduler, atMs: number): void {
  const until = worldMs(atMs);
  let isBefore = true;
  while (isBefore) isBefore = scheduler.step(until);
}

/** A violation names its checker; an assertion of the core is a finding of its own; anything else is a bug of ours. */
export function describeFailure(error: unknown, scheduler: Scheduler, trace: Trace): Failure {
  const known = { atMs: scheduler.now, lastEvents: trace.last() };
  if (error instanceof SimViolation) return { ...known, checker: error.checker, problem: error.message };
  if (error instanceof AssertionError) {
    return { ...known, checker: "assertions", problem: `${error.message}\n${error.stack ?? ""}` };
  }
  throw error;
}
