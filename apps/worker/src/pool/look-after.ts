import { after, durationMs, earlierOf, type InstantMs } from "@mutirao/primitives";
import { now } from "../alarm.ts";
import { crashed, timedOut } from "../run-errors.ts";
import { dispatchSoon } from "./dispatch.ts";
import { askToEnd, kill, makeEnd } from "./leaving.ts";
import type { Member } from "./member.ts";
import { type Pool, QUIET_MS, SILENT_MS, START_MAX_MS, timesOutAt } from "./pool.ts";
import { askLine } from "./witness-lines.ts";

/** Does what is due, and gives the next moment at which something will be. */
export function lookAfter(pool: Pool): InstantMs | undefined {
  const at = now();
  if (pool.waiting.length + pool.waitingAlone.length > 0) dispatchSoon(pool);
  let next = at < pool.startPausedUntil ? pool.startPausedUntil : undefined;
  for (const member of pool.members) {
    if (member.state === "killed") continue;
    endOverdue(pool, member, at);
    askWhetherBegun(member, at);
    for (const due of deadlines(member)) next = earlierOf(next, due);
  }
  return next;
}

function endOverdue(pool: Pool, member: Member, at: InstantMs): void {
  if (member.state === "starting") {
    if (at >= member.startedAt + START_MAX_MS) kill(member);
    return;
  }
  if (isBeyondHelp(member, at)) {
    giveUpOn(member, at);
    return;
  }
  for (const run of member.runs.values()) {
    if (run.ending !== undefined) {
      if (at >= run.ending.giveUpAt) makeEnd(pool, run);
      continue;
    }
    const dueAt = timesOutAt(run);
    if (dueAt !== undefined && at >= dueAt) askToEnd(pool, run, timedOut(run.timeoutMs), false);
  }
}

function askWhetherBegun(member: Member, at: InstantMs): void {
  if (member.notKnownBegun === 0 || member.isStuck || at < member.quietSince + QUIET_MS) return;
  const serials = member.runs
    .values()
    .filter((run) => run.begunAt === undefined)
    .map((run) => run.serial);
  member.isStuck = true;
  member.asked.push(serials);
  member.process.askWitness(askLine(serials));
}

/** Its loop does not turn, and either not even its witness answers, or there is no run that could be holding it up. */
function isBeyondHelp({ isStuck, quietSince, asked, runs }: Member, at: InstantMs): boolean {
  return isStuck && at >= quietSince + SILENT_MS && (asked.length > 0 || runs.size === 0);
}

function giveUpOn(member: Member, at: InstantMs): void {
  const [run, another] = member.runs.values();
  if (run !== undefined && another === undefined) {
    const outcome = run.ending?.outcome ?? crashed("its process did not answer any more");
    run.ending = { outcome, isResultWelcome: false, giveUpAt: at, isHeard: false };
  }
  kill(member);
}

function deadlines(member: Member): readonly InstantMs[] {
  if (member.state === "killed") return [];
  if (member.state === "starting") return [after(member.startedAt, durationMs(START_MAX_MS))];
  const ofRuns = member.runs.values().map((run) => run.ending?.giveUpAt ?? timesOutAt(run));
  return [...ofRuns, quietDeadline(member)].filter((due) => due !== undefined);
}

function quietDeadline({ isStuck, notKnownBegun, quietSince, asked, runs }: Member): InstantMs | undefined {
  if (isStuck) return asked.length > 0 || runs.size === 0 ? after(quietSince, durationMs(SILENT_MS)) : undefined;
  return notKnownBegun > 0 ? after(quietSince, durationMs(QUIET_MS)) : undefined;
}
