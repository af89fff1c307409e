import { after, durationMs } from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";
import { now } from "../alarm.ts";
import { crashed } from "../run-errors.ts";
import type { ProcessExit } from "../spawn-child.ts";
import { describeExit } from "./describe-exit.ts";
import { abortLine } from "./lines.ts";
import { flush, type Member, type PooledRun } from "./member.ts";
import { endRun, GRACE_MS, type Pool, runAgainAlone } from "./pool.ts";

/** Gives a process nothing more, and ends it once it has ended what it has. */
export function retire(member: Member): void {
  if (member.state === "killed") return;
  member.state = "leaving";
  if (member.runs.size === 0) kill(member);
}

/** Ends a process at once. What becomes of its runs is decided when it is gone: until then they may still be running. */
export function kill(member: Member): void {
  member.state = "killed";
  member.process.kill();
}

/** Asks a run to end; it is made to after a while. */
export function askToEnd(pool: Pool, run: PooledRun, outcome: AttemptOutcome, isResultWelcome: boolean): void {
  const { member } = run;
  if (member === undefined || run.ending !== undefined) return;
  const giveUpAt = after(now(), durationMs(GRACE_MS));
  run.ending = { outcome, isResultWelcome, giveUpAt, isHeard: false };
  pool.alarm.before(giveUpAt);
  member.outbox += abortLine(run.serial);
  flush(member);
}

/**
 * Makes a run end. A process that it has to itself, or whose loop does not turn, is killed. In another one the run is
 * left to itself, for the sake of its neighbours; nothing new comes to it, and it is ended with the last of them.
 */
export function makeEnd(pool: Pool, run: PooledRun): void {
  const { member, ending } = run;
  if (member === undefined || ending === undefined || member.state === "killed") return;
  if (member.runs.size === 1 || !ending.isHeard) kill(member);
  else {
    endRun(pool, run, ending.outcome);
    retire(member);
  }
}

/**
 * A process is gone. A run that had been asked to end has ended. If it is not known whose fault it is, a run that was
 * alone with the process is to blame; of several, each runs again by itself, and then it shows.
 */
export function clearUp(pool: Pool, member: Member, exit: ProcessExit): void {
  pool.members.delete(member);
  const why = describeExit(exit, member.memoryBytes);
  if (member.state === "ready" && !pool.isStopped) {
    pool.logger.warn(
      { event: "handler-process-ended", pid: member.process.pid, why },
      `a handler's process ended: ${why}`,
    );
  }
  const hasOneSuspect = member.runs.size === 1 && !member.isFaultKnown && member.state !== "killed";
  for (const run of member.runs.values()) {
    if (run.ending !== undefined) endRun(pool, run, run.ending.outcome);
    else if (hasOneSuspect) endRun(pool, run, crashed(why));
    else runAgainAlone(pool, run);
  }
}
