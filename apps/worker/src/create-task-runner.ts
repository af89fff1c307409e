import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { QUERY_TYPE, WORKER_TYPES_MAX } from "@mutirao/protocol";
import type { Logger } from "pino";
import type { HandlerModule } from "./child/config.ts";
import { createExecRunner, type ExecCommand } from "./exec/exec-runner.ts";
import { createHandlerPool } from "./pool/handler-pool.ts";
import type { HandlerProblem } from "./run-errors.ts";
import type { RunListener, TaskRunner } from "./task-runner.ts";

export interface TaskRunnerOptions {
  /** Modules that export task definitions: paths, absolute or below `cwd`. */
  readonly handlers: readonly string[];
  /** Programs that do tasks. One takes the place of a built-in task of its type. */
  readonly commands: readonly ExecCommand[];
  /** How many runs there may be at once. */
  readonly slots: number;
  /** How many processes may share the runs of modules. */
  readonly processesMax: number;
  /** What the heap of such a process may take. */
  readonly memoryMaxMb: number;
  /** The folder from which paths are resolved, and in which handlers run. */
  readonly cwd: string;
  readonly logger: Logger;
}

/** A type of its own, so that a program or a module for it does not clash with it. */
const builtIn: HandlerModule = {
  name: "the built-in tasks",
  url: new URL(import.meta.url.endsWith(".ts") ? "./built-in.ts" : "./built-in.js", import.meta.url).href,
  isBuiltIn: true,
};

/** A runner for all of a worker's handlers. Modules are loaded before it is there, so a bad one is known at once. */
export async function createTaskRunner(
  options: TaskRunnerOptions,
  listener: RunListener,
): Promise<{ readonly runner: TaskRunner } | HandlerProblem> {
  const { commands, cwd } = options;
  const twice = commands.find(({ type }, index) => commands.findIndex((each) => each.type === type) < index);
  if (twice !== undefined) return invalid(`--exec ${twice.type} is given twice: a task type has one program`);
  const modules = options.handlers.map((name) => toModule(name, cwd));
  const missing = modules.find(({ url }) => !isFile(new URL(url)));
  if (missing !== undefined)
    return invalid(`--handlers ${missing.name}: there is no such file (looked for from ${cwd})`);

  const programs = createExecRunner(options, listener);
  if (!("runner" in programs)) return programs;
  const isReplaced = programs.runner.types.includes(QUERY_TYPE);
  const pool = await createHandlerPool({ ...options, modules: isReplaced ? modules : [builtIn, ...modules] }, listener);
  if (!("runner" in pool)) return pool;
  const problem = whyNotJoined(programs.runner.types, pool.runner.types);
  if (problem === undefined) return { runner: joinRunners(programs.runner, pool.runner) };
  await pool.runner.stop();
  return invalid(problem);
}

function whyNotJoined(ofPrograms: readonly string[], ofModules: readonly string[]): string | undefined {
  const both = ofPrograms.find((type) => ofModules.includes(type));
  if (both !== undefined) return `--exec ${both}: a module of --handlers defines that task already`;
  const count = ofPrograms.length + ofModules.length;
  if (count <= WORKER_TYPES_MAX) return undefined;
  return `${count} task types are more than a worker may have (${WORKER_TYPES_MAX}): share them among several workers`;
}

const invalid = (message: string): HandlerProblem => ({ code: "ERR_HANDLERS_INVALID", message });

const toModule = (name: string, cwd: string): HandlerModule => ({
  name,
  url: pathToFileURL(resolve(cwd, name)).href,
  isBuiltIn: false,
});

const isFile = (url: URL): boolean => statSync(url, { throwIfNoEntry: false })?.isFile() === true;

function joinRunners(programs: TaskRunner, pool: TaskRunner): TaskRunner {
  const own = new Set(programs.types);
  return {
    types: [...pool.types, ...programs.types],
    run(id, taskType, payload, timeoutMs) {
      const runner = own.has(taskType) ? programs : pool;
      runner.run(id, taskType, payload, timeoutMs);
    },
    // Each leaves alone what is not its own.
    cancel(id) {
      programs.cancel(id);
      pool.cancel(id);
    },
    async stop() {
      await Promise.all([programs.stop(), pool.stop()]);
    },
  };
}
