import type { RunId } from "@mutirao/node-core";
import type { InstantMs } from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";
import type { Logger } from "pino";
import type { Alarm } from "../alarm.ts";
import type { RunListener } from "../task-runner.ts";
import { type Member, type PooledRun, takeRun } from "./member.ts";

/** What a pool knows. Its rules are in the modules beside this one. */
export interface Pool {
  /** How many processes take runs at once. */
  readonly processesMax: number;
  /** How many runs a process may have. */
  readonly share: number;
  readonly logger: Logger;
  readonly listener: RunListener;
  readonly alarm: Alarm;
  /** Starts one more process, and adds it to the members. */
  readonly start: () => void;
  /** Those that no process has, next first. */
  waiting: PooledRun[];
  /** Those that wait for a fresh process, to be alone in it. */
  waitingAlone: PooledRun[];
  readonly members: Set<Member>;
  isDispatchDue: boolean;
  /** After a process that could not load its modules, no other is started before this. */
  startPausedUntil: InstantMs;
  isStopped: boolean;
}

/** A run that is asked to end is made to after this time. */
export const GRACE_MS = 500;
/**
 * A process that has not begun its runs after this time is asked to give them back. Much less, and a machine with more
 * to do than it can would be kept busy with that.
 */
export const QUIET_MS = 50;
/** A process that still says nothing after this time, nor its witness, is beyond help. */
export const SILENT_MS = 10_000;
/** A process that has not loaded its modules after this time never will. */
export const START_MAX_MS = 30_000;
/** Time between two tries to start a process, if the modules cannot be loaded any more. */
export const START_PAUSE_MS = 1_000;

/** Ends a run for good. */
export function endRun(pool: Pool, run: PooledRun, outcome: AttemptOutcome): void {
  if (run.member !== undefined) takeRun(run.member, run);
  if (!pool.isStopped) pool.listener.onEnded(run.id, outcome);
}

/** Lets a run begin anew in a process of its own. It did not bring down the one that it had, or may not have. */
export function runAgainAlone(pool: Pool, run: PooledRun): void {
  if (run.member !== undefined) takeRun(run.member, run);
  run.isAlone = true;
  pool.waitingAlone.push(run);
}

/** Puts runs that have not begun back to the head of the queue. */
export function putBack(pool: Pool, runs: readonly PooledRun[]): void {
  for (const run of runs) {
    if (run.member !== undefined) takeRun(run.member, run);
  }
  pool.waiting.unshift(...runs);
}

/** The processes that take runs, or soon will. */
export function liveMembers(pool: Pool): readonly Member[] {
  return [...pool.members].filter(({ state }) => state === "starting" || state === "ready");
}

/** When the run has been running for as long as it may; `undefined` while it is not known to have begun. */
export function timesOutAt({ begunAt, timeoutMs }: PooledRun): InstantMs | undefined {
  return begunAt === undefined ? undefined : ((begunAt + timeoutMs) as InstantMs);
}

/** The run, if it has not ended. They are few, and it is seldom asked. */
export function findRun({ waiting, waitingAlone, members }: Pool, id: RunId): PooledRun | undefined {
  const given = Array.from(members, ({ runs }) => runs.values());
  return [waiting, waitingAlone, ...given].flat().find((run) => run.id === id);
}
