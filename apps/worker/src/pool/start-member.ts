import { after, durationMs } from "@mutirao/primitives";
import { now } from "../alarm.ts";
import { followOutput } from "../output-log.ts";
import { crashed } from "../run-errors.ts";
import type { ProcessExit } from "../spawn-child.ts";
import { describeExit } from "./describe-exit.ts";
import { dispatchSoon } from "./dispatch.ts";
import { type HandlerProcessOptions, startHandlerProcess } from "./handler-process.ts";
import { hearLines, hearWitness } from "./hear.ts";
import { clearUp, kill } from "./leaving.ts";
import type { FromChild } from "./lines.ts";
import { createMember, type Member } from "./member.ts";
import { endRun, liveMembers, type Pool, START_MAX_MS, START_PAUSE_MS } from "./pool.ts";

/** How a process fared that was to load the modules: the task types in them, or what is wrong, in one line. */
export type StartOutcome = { readonly types: readonly string[] } | { readonly problem: string };

/** Starts a process, and makes it a member of the pool. */
export function startMember(
  pool: Pool,
  options: HandlerProcessOptions,
  onStarted: (outcome: StartOutcome) => void,
): void {
  let hasStarted = false;
  let problem: string | undefined;

  const hearFirst = (line: FromChild): void => {
    if (line.kind === "ready") {
      hasStarted = true;
      member.state = "ready";
      onStarted({ types: line.types });
      dispatchSoon(pool);
    } else if (line.kind === "refused" || line.kind === "crashed") {
      problem ??= line.kind === "refused" ? line.message : `the handlers cannot be loaded: ${line.message}`;
      kill(member);
    }
  };
  const onGone = (exit: ProcessExit): void => {
    problem ??= whyNotStarted(member, exit);
    clearUp(pool, member, exit);
    if (!hasStarted && !pool.isStopped) {
      onStarted({ problem });
      giveUpOnStart(pool, problem);
    }
    dispatchSoon(pool);
  };

  const process = startHandlerProcess(options, {
    onLines(lines) {
      if (hasStarted) hearLines(pool, member, lines);
      else lines.forEach(hearFirst);
    },
    onWitness: (line) => hearWitness(pool, member, line),
    onGone,
  });
  if ("error" in process) {
    const why = `a handler's process could not be started: ${process.error}`;
    queueMicrotask(() => {
      onStarted({ problem: why });
      giveUpOnStart(pool, why);
    });
    return;
  }
  const member = createMember(process, now());
  pool.members.add(member);
  pool.alarm.before(after(member.startedAt, durationMs(START_MAX_MS)));
  logOutput(pool, member);
}

function whyNotStarted({ state, memoryBytes }: Member, exit: ProcessExit): string {
  if (state === "killed") return `the handlers did not load within ${START_MAX_MS / 1_000} s`;
  return `the handlers cannot be loaded: ${describeExit(exit, memoryBytes)}`;
}

/** The modules could be loaded once; now they have changed, or the machine is short of something. */
function giveUpOnStart(pool: Pool, problem: string): void {
  pool.logger.error({ event: "handler-process-refused", why: problem }, problem);
  pool.startPausedUntil = after(now(), durationMs(START_PAUSE_MS));
  pool.alarm.before(pool.startPausedUntil);
  if (liveMembers(pool).length > 0) return;
  const waiting = [...pool.waitingAlone, ...pool.waiting];
  pool.waiting = [];
  pool.waitingAlone = [];
  for (const run of waiting) endRun(pool, run, crashed(problem));
}

/** What handlers print goes to the log, beside what they are running. */
function logOutput({ logger }: Pool, { process, runs }: Member): void {
  const { pid } = process;
  for (const stream of ["stdout", "stderr"] as const) {
    followOutput(process[stream], (text, leftOut) => {
      const [run, another] = runs.values();
      const taskType = run === undefined || another !== undefined ? {} : { taskType: run.taskType };
      logger.info({ event: "handler-output", stream, pid, ...taskType, ...(leftOut > 0 ? { leftOut } : {}) }, text);
    });
  }
}
