import { logLevelOption } from "@mutirao/command";
import { countOption, type OptionSchema, secondsOption, workerOptions } from "@mutirao/node-core";
import { isTaskType, WORKER_SLOTS_MAX } from "@mutirao/protocol";
import { z } from "zod";
import type { ExecCommand } from "./exec/exec-runner.ts";
import { splitCommand } from "./exec/split-command.ts";

const handlers: OptionSchema<readonly string[]> = {
  meta: {
    flag: "--handlers <file>",
    group: "Tasks",
    unit: "file",
    range: "a TypeScript or JavaScript module that exports what defineTask gives",
    isRepeatable: true,
    consequence:
      "Tasks that this worker can do, beside the built-in QUERY. They run in processes of their own, which are replaced " +
      "when a handler brings one down.",
  },
  schema: z.array(z.string().min(1, "a file has a name")).prefault([]),
};

const commands: OptionSchema<readonly ExecCommand[]> = {
  meta: {
    flag: "--exec <type=command>",
    group: "Tasks",
    unit: "type=command",
    range:
      "a task type and the program that does it: words apart, \"...\" or '...' around those with blanks, no shell; or a " +
      "JSON array",
    isRepeatable: true,
    consequence:
      "A task that a program in any language does, a process for each: a line of JSON on stdin, a line of JSON on " +
      "stdout, exit code 0.",
  },
  schema: z.array(z.string().transform(readCommand)).prefault([]),
};

/** `WORDS=python3 words.py`. */
function readCommand(text: string, context: z.RefinementCtx<string>): ExecCommand {
  const equals = text.indexOf("=");
  const type = text.slice(0, Math.max(0, equals)).trim();
  if (!isTaskType(type)) {
    context.addIssue("before = stands a task type: 1 to 64 of A-Z a-z 0-9 . _ -");
    return z.NEVER;
  }
  const split = splitCommand(text.slice(equals + 1));
  if ("argv" in split) return { type, argv: split.argv };
  context.addIssue(split.problem);
  return z.NEVER;
}

/** What belongs to the command rather than to the worker: what it can do, and how it ends. */
export const commandOptions = {
  handlers,
  commands,
  processesMax: countOption(
    { unit: "processes", min: 1, max: WORKER_SLOTS_MAX, default: 4 },
    {
      flag: "--processes <n>",
      group: "Tasks",
      consequence:
        "Processes that --handlers run in, started as they are needed, about 90 MB each. As many as --slots: every task " +
        "is alone in its process. Fewer: tasks share them, which is good for short tasks and for those that wait; but when " +
        "one must be ended by force, those beside it begin anew.",
    },
  ),
  memoryMaxMb: countOption(
    { unit: "MiB", min: 32, max: 1_048_576, default: 256 },
    {
      flag: "--memory <MiB>",
      group: "Tasks",
      consequence:
        "JavaScript heap of each such process; with all else (Node itself, buffers) it may take 256 MiB more. A handler that needs " +
        "more fails its task. It does not bound the programs of --exec.",
    },
  ),
  drainMaxMs: secondsOption(
    { minS: 0, maxS: 86_400, defaultS: 30 },
    {
      flag: "--drain-timeout <s>",
      group: "Tasks",
      consequence:
        "Time that running tasks have to end after SIGTERM or SIGINT. What has not ended then is given up, as by a second " +
        "signal, and begins anew at another worker, without having cost it an attempt.",
    },
  ),
  logLevel: logLevelOption,
} as const;

/** Every flag of the command, in the order of its help. */
export const cliOptions = { ...workerOptions, ...commandOptions } as const;
