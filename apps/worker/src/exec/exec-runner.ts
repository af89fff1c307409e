import type { RunId } from "@mutirao/node-core";
import { after, durationMs, earlierOf, type InstantMs } from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";
import type { Logger } from "pino";
import { createAlarm, now } from "../alarm.ts";
import { cancelled, crashed, type HandlerProblem, timedOut } from "../run-errors.ts";
import type { RunListener, TaskRunner } from "../task-runner.ts";
import { canStart } from "./find-program.ts";
import { type ProgramRun, startProgram } from "./program-run.ts";

/** A program that does tasks of one type, a process for each. */
export interface ExecCommand {
  readonly type: string;
  readonly argv: readonly [string, ...string[]];
}

export interface ExecRunnerOptions {
  readonly commands: readonly ExecCommand[];
  /** The folder in which programs run. */
  readonly cwd: string;
  readonly logger: Logger;
}

interface ExecRun {
  readonly program: ProgramRun;
  readonly timesOutAt: InstantMs;
  /** It has been asked to end, and what it then was. */
  ending:
    | { readonly outcome: AttemptOutcome; readonly isResultWelcome: boolean; readonly killAt: InstantMs }
    | undefined;
}

/** A program that is asked to end is made to after this time. */
const GRACE_MS = 500;

/** Runs programs in any language: the payload is a line of JSON on stdin, the result a line of JSON on stdout. */
export function createExecRunner(
  { commands, cwd, logger }: ExecRunnerOptions,
  listener: RunListener,
): { readonly runner: TaskRunner } | HandlerProblem {
  const missing = commands.find(({ argv }) => !canStart(argv[0], cwd));
  if (missing !== undefined) return notFound(missing);
  const argvs = new Map(commands.map(({ type, argv }) => [type, argv]));
  const runs = new Map<RunId, ExecRun>();
  let isStopped = false;

  const askToEnd = (run: ExecRun, outcome: AttemptOutcome, isResultWelcome: boolean): void => {
    if (run.ending !== undefined) return;
    const killAt = after(now(), durationMs(GRACE_MS));
    run.ending = { outcome, isResultWelcome, killAt };
    run.program.signal("SIGTERM");
    alarm.before(killAt);
  };
  const lookAfter = (): InstantMs | undefined => {
    const at = now();
    let next: InstantMs | undefined;
    for (const run of runs.values()) {
      if (run.ending === undefined && at >= run.timesOutAt) {
        const { timeoutMs, hasExited } = run.program;
        if (!hasExited) askToEnd(run, timedOut(timeoutMs), false);
      } else if (run.ending !== undefined && at >= run.ending.killAt) run.program.signal("SIGKILL");
      const due = run.ending?.killAt ?? run.timesOutAt;
      if (due > at) next = earlierOf(next, due);
    }
    return next;
  };
  const alarm = createAlarm(lookAfter);

  const end = (id: RunId, outcome: AttemptOutcome): void => {
    const run = runs.get(id);
    runs.delete(id);
    if (isStopped) return;
    const { ending } = run ?? {};
    const isLate = ending !== undefined && !(ending.isResultWelcome && outcome.isOk);
    listener.onEnded(id, isLate ? ending.outcome : outcome);
  };

  return {
    runner: {
      types: [...argvs.keys()],
      run(id, taskType, payload, timeoutMs) {
        const argv = argvs.get(taskType);
        if (argv === undefined) {
          queueMicrotask(() => end(id, crashed(`there is no program for ${taskType}`)));
          return;
        }
        const program = startProgram({ argv, cwd, taskType, payload, timeoutMs, logger }, (outcome) =>
          end(id, outcome),
        );
        const timesOutAt = after(now(), timeoutMs);
        runs.set(id, { program, timesOutAt, ending: undefined });
        alarm.before(timesOutAt);
      },
      cancel(id) {
        const run = runs.get(id);
        if (run !== undefined) askToEnd(run, cancelled, true);
      },
      async stop() {
        isStopped = true;
        alarm.stop();
        const gone = Array.from(runs.values(), ({ program }) => program.gone);
        for (const { program } of runs.values()) program.signal("SIGKILL");
        await Promise.all(gone);
      },
    },
  };
}

function notFound({ type, argv: [program] }: ExecCommand): HandlerProblem {
  const message = `--exec ${type}: there is no program ${JSON.stringify(program)} that may be executed: give its path, or check PATH`;
  return { code: "ERR_COMMAND_NOT_FOUND", message };
}
