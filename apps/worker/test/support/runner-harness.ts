import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunId } from "@mutirao/node-core";
import { durationMs, jsonText } from "@mutirao/primitives";
import { type AttemptOutcome, asciiJson } from "@mutirao/protocol";
import { pino } from "pino";
import { test as base } from "vitest";
import { createTaskRunner, type TaskRunnerOptions } from "../../src/create-task-runner.ts";
import type { HandlerProblem } from "../../src/run-errors.ts";
import type { TaskRunner } from "../../src/task-runner.ts";

/** One line of the log. */
type LogEntry = Readonly<Record<string, unknown>>;

/** A runner over real processes, with everything that it tells. */
export interface RunnerUnderTest {
  readonly types: readonly string[];
  /** Begins a run; resolves to how it ends. */
  run(type: string, payload?: unknown, timeoutMs?: number): Promise<AttemptOutcome>;
  /** The same, with a hold on the run. */
  start(type: string, payload?: unknown, timeoutMs?: number): StartedRun;
  readonly log: readonly LogEntry[];
  /** Resolves to the first log entry, written already or still to come, that carries these fields. */
  logged(fields: LogEntry): Promise<LogEntry>;
  stop(): Promise<void>;
  /** What was told that should not have been. */
  readonly mistakes: readonly string[];
}

export interface StartedRun {
  readonly outcome: Promise<AttemptOutcome>;
  /** Resolves to the first progress, made already or still to come, for which the predicate holds. */
  progressed(holds?: (progress: ToldProgress) => boolean): Promise<ToldProgress>;
  readonly progress: readonly ToldProgress[];
  readonly hasEnded: () => boolean;
  cancel(): void;
}

interface ToldProgress {
  readonly fraction: number;
  readonly note: string | undefined;
}

export type StartOptions = Partial<Omit<TaskRunnerOptions, "logger">>;

export interface Runners {
  start(options?: StartOptions): Promise<RunnerUnderTest>;
  /** For options that are to be refused. */
  refused(options: StartOptions): Promise<HandlerProblem>;
}

/** A folder of the test's own. */
export interface Folder {
  readonly path: string;
  /** The path of a file in it, which is not there yet. */
  file(name: string): string;
  write(name: string, text?: string): string;
}

/** Turns a hang into a failure that says what was awaited; no claim about speed. */
const hangGuardMs = 80_000;

export const hazards = fileURLToPath(new URL("../handlers/hazards.ts", import.meta.url));

const defaults: Omit<TaskRunnerOptions, "logger"> = {
  handlers: [hazards],
  commands: [],
  slots: 4,
  processesMax: 4,
  memoryMaxMb: 128,
  cwd: fileURLToPath(new URL("..", import.meta.url)),
};

/** A test with runners, which are stopped at its end, and with a folder, which is then gone. */
export const test = base
  .extend("folder", ({ task: _task }, { onCleanup }): Folder => {
    const path = mkdtempSync(join(tmpdir(), "mutirao-worker-"));
    onCleanup(() => rmSync(path, { recursive: true, force: true }));
    const file = (name: string): string => join(path, name);
    return {
      path,
      file,
      write(name, text = "") {
        writeFileSync(file(name), text);
        return file(name);
      },
    };
  })
  .extend("runners", ({ task: _task }, { onCleanup }): Runners => {
    const started: RunnerUnderTest[] = [];
    onCleanup(async () => {
      await Promise.all(started.map((each) => each.stop()));
      const mistakes = started.flatMap((each) => each.mistakes);
      if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
    });
    return {
      async start(options = {}) {
        const runner = await startRunner(options);
        if ("code" in runner) throw new Error(`the runner refuses to start: ${runner.message}`);
        started.push(runner);
        return runner;
      },
      async refused(options) {
        const refusal = await startRunner(options);
        if ("code" in refusal) return refusal;
        await refusal.stop();
        throw new Error("the runner started");
      },
    };
  });

/** What a runner has told of one run. */
interface Told {
  readonly progress: ToldProgress[];
  readonly ended: PromiseWithResolvers<AttemptOutcome>;
  readonly watchers: Set<() => void>;
  hasEnded: boolean;
}

async function startRunner(options: StartOptions): Promise<RunnerUnderTest | HandlerProblem> {
  const runs = new Map<RunId, Told>();
  const mistakes: string[] = [];
  const { logger, log, logged } = createLog();
  let isStopped = false;

  const listener = {
    onEnded(id: RunId, outcome: AttemptOutcome) {
      const told = runs.get(id);
      if (isStopped || told === undefined || told.hasEnded) mistakes.push(`run ${id} ended once more, or too late`);
      if (told === undefined) return;
      told.hasEnded = true;
      told.ended.resolve(outcome);
    },
    onProgress(id: RunId, fraction: number, note: string | undefined) {
      const told = runs.get(id);
      if (isStopped || told === undefined || told.hasEnded) mistakes.push(`run ${id} made progress after its end`);
      told?.progress.push({ fraction, note });
      for (const watcher of told?.watchers ?? []) watcher();
    },
  };
  const created = await createTaskRunner({ ...defaults, ...options, logger }, listener);
  if (!("runner" in created)) return created;
  const { runner } = created;
  const start: RunnerUnderTest["start"] = (type, payload = null, timeoutMs = 60_000) =>
    startRun(runner, runs, type, payload, timeoutMs);
  return {
    types: runner.types,
    start,
    run: (...run) => start(...run).outcome,
    log,
    logged,
    mistakes,
    async stop() {
      isStopped = true;
      await runner.stop();
    },
  };
}

function startRun(
  runner: TaskRunner,
  runs: Map<RunId, Told>,
  type: string,
  payload: unknown,
  timeoutMs: number,
): StartedRun {
  const id = runs.size as RunId;
  const told: Told = {
    progress: [],
    ended: Promise.withResolvers(),
    watchers: new Set(),
    hasEnded: false,
  };
  runs.set(id, told);
  runner.run(id, type, jsonText(asciiJson(payload)), durationMs(timeoutMs));
  return {
    outcome: told.ended.promise,
    progressed(holds = () => true) {
      const { promise, resolve, reject } = Promise.withResolvers<ToldProgress>();
      watch(
        told.watchers,
        () => told.progress.find(holds),
        resolve,
        () => reject(new Error(`run ${id} made no such progress: ${JSON.stringify(told.progress)}`)),
      );
      return promise;
    },
    progress: told.progress,
    hasEnded: () => told.hasEnded,
    cancel: () => runner.cancel(id),
  };
}

function createLog() {
  const log: LogEntry[] = [];
  const watchers = new Set<() => void>();
  const logger = pino(
    { level: "debug", base: null },
    {
      write(line: string) {
        log.push(JSON.parse(line) as LogEntry);
        for (const watcher of watchers) watcher();
      },
    },
  );
  const logged = (fields: LogEntry): Promise<LogEntry> => {
    const { promise, resolve, reject } = Promise.withResolvers<LogEntry>();
    const isIt = (entry: LogEntry): boolean => Object.entries(fields).every(([key, value]) => entry[key] === value);
    watch(
      watchers,
      () => log.find(isIt),
      resolve,
      () => reject(new Error(`nothing like ${JSON.stringify(fields)} was logged, only ${JSON.stringify(log)}`)),
    );
    return promise;
  };
  return { logger, log, logged };
}

/** Looks now, and whenever a watcher is called, until something is found; gives up on a hang. */
function watch<T>(
  watchers: Set<() => void>,
  find: () => T | undefined,
  onFound: (found: T) => void,
  onHang: () => void,
): void {
  const look = (): void => {
    const found = find();
    if (found === undefined) return;
    clearTimeout(guard);
    watchers.delete(look);
    onFound(found);
  };
  const guard = setTimeout(onHang, hangGuardMs);
  watchers.add(look);
  look();
}

/** Resolves once it holds, of something outside this process that nobody tells of. */
export async function untilHolds(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + hangGuardMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`in vain waited for this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves once a process is gone that is no child of ours. */
export const processGone = (pid: number): Promise<void> => untilHolds(`process ${pid} is gone`, () => !isRunning(pid));

function isRunning(pid: number): boolean {
  // A process that has ended, and whose parent has not noticed, still has a place in the table.
  const state = `/proc/${pid}/stat`;
  try {
    process.kill(pid, 0);
    return !existsSync(state) || !/\) [ZX] /.test(readFileSync(state, "latin1"));
  } catch {
    return false;
  }
}

/** Windows has neither signals nor process groups. */
export const hasSignals = process.platform !== "win32";
