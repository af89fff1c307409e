import { after, durationMs } from "@mutirao/primitives";
import { now } from "../alarm.ts";
import { crashed, done, failed } from "../run-errors.ts";
import { dispatchSoon } from "./dispatch.ts";
import { kill, retire } from "./leaving.ts";
import type { FromChild, RunFailure } from "./lines.ts";
import { type Member, markBegun, type PooledRun } from "./member.ts";
import { endRun, type Pool, putBack, SILENT_MS } from "./pool.ts";
import type { FromWitness } from "./witness-lines.ts";

/** What a process of the pool that has loaded its modules says. */
export function hearLines(pool: Pool, member: Member, lines: readonly FromChild[]): void {
  member.isStuck = false;
  member.quietSince = now();
  for (const line of lines) hearLine(pool, member, line);
  if (member.state === "leaving" && member.runs.size === 0) kill(member);
  dispatchSoon(pool);
}

function hearLine(pool: Pool, member: Member, line: FromChild): void {
  switch (line.kind) {
    case "ready":
    case "refused":
      return;
    case "begun":
      hearBegun(pool, member, line.serial);
      return;
    case "crashed":
      hearCrash(pool, member, line.serial, line.message);
      return;
    case "done":
    case "failed":
    case "progressed":
    case "heard": {
      const run = member.runs.get(line.serial);
      if (run !== undefined) hearOfRun(pool, run, line);
    }
  }
}

type LineOfRun = Extract<FromChild, { kind: "done" | "failed" | "progressed" | "heard" }>;

function hearOfRun(pool: Pool, run: PooledRun, line: LineOfRun): void {
  const { ending } = run;
  switch (line.kind) {
    case "done":
      endRun(pool, run, ending === undefined || ending.isResultWelcome ? done(line.output) : ending.outcome);
      return;
    case "failed":
      logFailure(pool, run, line.failure);
      endRun(pool, run, ending?.outcome ?? failed(line.failure.code, line.failure.message));
      return;
    case "progressed":
      if (!pool.isStopped) pool.listener.onProgress(run.id, line.progress.fraction, line.progress.note);
      return;
    case "heard":
      if (ending !== undefined) ending.isHeard = true;
  }
}

function logFailure({ logger }: Pool, { id, taskType }: PooledRun, { code, message, stack }: RunFailure): void {
  if (stack === undefined || !logger.isLevelEnabled("debug")) return;
  logger.debug(
    { event: "handler-threw", run: id, taskType, code, stack },
    `the handler of ${taskType} threw: ${message}`,
  );
}

function hearBegun(pool: Pool, member: Member, serial: number): void {
  for (const run of member.runs.values()) {
    if (run.serial > serial) return;
    begin(pool, member, run);
  }
}

/** A run that waited behind others has begun, or did so a little while ago: its time runs from now. */
function begin(pool: Pool, member: Member, run: PooledRun): void {
  const at = now();
  markBegun(member, run, at);
  pool.alarm.before(after(at, run.timeoutMs));
}

/** Something went wrong outside of any promise. Nothing that is begun in such a process could be relied upon. */
function hearCrash(pool: Pool, member: Member, serial: number, message: string): void {
  const open = member.runs.values();
  const culprit = member.runs.get(serial) ?? (serial === 0 && open.length === 1 ? open[0] : undefined);
  if (culprit !== undefined) endRun(pool, culprit, culprit.ending?.outcome ?? crashed(message));
  else if (serial === 0 && open.length > 1) {
    kill(member);
    return;
  } else {
    const text = `a handler had ended, but not all that it began: ${message}`;
    pool.logger.warn({ event: "handler-left-something", pid: member.process.pid, message }, text);
  }
  member.isFaultKnown = true;
  retire(member);
}

/** The answer of a process that did not say a word: which of its runs have not begun, and never will. */
export function hearWitness(pool: Pool, member: Member, line: FromWitness): void {
  if (line.kind === "memory") {
    if (line.limit === "over") member.memoryBytes = line.bytes;
    else retire(member);
    return;
  }
  const taken = new Set(line.serials);
  const returned: PooledRun[] = [];
  for (const serial of member.asked.shift() ?? []) {
    const run = member.runs.get(serial);
    if (run === undefined || run.begunAt !== undefined) continue;
    if (!taken.has(serial)) begin(pool, member, run);
    else if (run.ending === undefined) returned.push(run);
    else endRun(pool, run, run.ending.outcome);
  }
  putBack(pool, returned);
  pool.alarm.before(after(member.quietSince, durationMs(SILENT_MS)));
  dispatchSoon(pool);
}
