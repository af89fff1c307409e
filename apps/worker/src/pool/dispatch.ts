import { after, durationMs } from "@mutirao/primitives";
import { now } from "../alarm.ts";
import { chooseMember } from "./choose-member.ts";
import { retire } from "./leaving.ts";
import { flush, giveRun, isFresh, type Member, type PooledRun } from "./member.ts";
import { liveMembers, type Pool, QUIET_MS } from "./pool.ts";

/** Gives out what waits once this turn is over: runs that come together, or make room together, go out together. */
export function dispatchSoon(pool: Pool): void {
  if (pool.isDispatchDue || pool.isStopped) return;
  pool.isDispatchDue = true;
  queueMicrotask(() => dispatch(pool));
}

function dispatch(pool: Pool): void {
  pool.isDispatchDue = false;
  if (pool.isStopped) return;
  const mayStart = now() >= pool.startPausedUntil;
  giveOutAlone(pool, mayStart);
  giveOut(pool);
  if (mayStart) startMore(pool);
  for (const member of pool.members) flush(member);
}

function giveOut(pool: Pool): void {
  const keepsFresh = pool.waitingAlone.length > 0;
  let given = 0;
  for (const run of pool.waiting) {
    const member = chooseMember(pool.members, pool.share, keepsFresh);
    if (member === undefined) break;
    give(pool, member, run);
    given += 1;
  }
  if (given > 0) pool.waiting = pool.waiting.slice(given);
}

function give(pool: Pool, member: Member, run: PooledRun): void {
  const at = now();
  giveRun(member, run, at);
  pool.alarm.before(after(at, durationMs(QUIET_MS)));
}

/** Gives runs that are to be alone a process that has never run anything; one that has makes room for it. */
function giveOutAlone(pool: Pool, mayStart: boolean): void {
  if (pool.waitingAlone.length === 0) return;
  const fresh = liveMembers(pool).filter(isFresh);
  for (const member of fresh) {
    if (member.state !== "ready") continue;
    const run = pool.waitingAlone.shift();
    if (run === undefined) return;
    give(pool, member, run);
  }
  if (!mayStart) return;
  const starting = fresh.filter(({ state }) => state === "starting").length;
  for (let missing = pool.waitingAlone.length - starting; missing > 0; missing--) {
    if (liveMembers(pool).length >= pool.processesMax && !makeRoom(pool)) return;
    pool.start();
  }
}

/** Lets the used process with the fewest runs leave. It is not waited for: what it runs, it ends. */
function makeRoom(pool: Pool): boolean {
  const used = liveMembers(pool).filter((member) => !isFresh(member) && !hasLoneRun(member));
  const [least] = used.toSorted((a, b) => a.runs.size - b.runs.size);
  if (least === undefined) return false;
  retire(least);
  return true;
}

const hasLoneRun = (member: Member): boolean => member.runs.values().some((run) => run.isAlone);

function startMore(pool: Pool): void {
  const live = liveMembers(pool);
  const starting = live.filter(({ state }) => state === "starting").length;
  const wanted = Math.min(pool.waiting.length - starting, pool.processesMax - live.length);
  for (let missing = wanted; missing > 0; missing--) pool.start();
}
