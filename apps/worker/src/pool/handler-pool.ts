import type { RunId } from "@mutirao/node-core";
import { type DurationMs, instantMs, type JsonText } from "@mutirao/primitives";
import type { Logger } from "pino";
import { createAlarm } from "../alarm.ts";
import type { ChildConfig, HandlerModule } from "../child/config.ts";
import { cancelled, type HandlerProblem } from "../run-errors.ts";
import type { RunListener, TaskRunner } from "../task-runner.ts";
import { dispatchSoon } from "./dispatch.ts";
import type { HandlerProcessOptions } from "./handler-process.ts";
import { askToEnd, kill } from "./leaving.ts";
import { lookAfter } from "./look-after.ts";
import type { PooledRun } from "./member.ts";
import { endRun, findRun, type Pool } from "./pool.ts";
import { type StartOutcome, startMember } from "./start-member.ts";

export interface HandlerPoolOptions {
  readonly modules: readonly HandlerModule[];
  /** How many runs there may be at once. */
  readonly slots: number;
  /** In how many processes. With fewer than slots, several runs share one. */
  readonly processesMax: number;
  /** What the heap of a process may take; with all else (Node itself, buffers) it may take 256 MiB more. */
  readonly memoryMaxMb: number;
  /** The folder in which handlers run. */
  readonly cwd: string;
  readonly logger: Logger;
}

const MIB = 1_024 * 1_024;
const BESIDE_HEAP_MB = 256;

/**
 * Runs handlers in processes of their own, and starts the first one: the task types are in the modules, and those are
 * never loaded here.
 *
 * Threads of this process would be cheaper to start, but no prison: V8 ends the whole process when a thread's heap
 * grows too fast, and a thread that waits in a system call cannot be ended.
 */
export async function createHandlerPool(
  options: HandlerPoolOptions,
  listener: RunListener,
): Promise<{ readonly runner: TaskRunner } | HandlerProblem> {
  const first = Promise.withResolvers<StartOutcome>();
  const pool = createPool(options, listener, first.resolve);
  pool.start();
  const outcome = await first.promise;
  if ("types" in outcome) return { runner: createRunner(pool, outcome.types) };
  await stop(pool);
  return { code: "ERR_HANDLERS_INVALID", message: outcome.problem };
}

function createPool(
  { modules, slots, processesMax, memoryMaxMb, cwd, logger }: HandlerPoolOptions,
  listener: RunListener,
  onStarted: (outcome: StartOutcome) => void,
): Pool {
  const share = Math.ceil(slots / Math.min(slots, processesMax));
  const memoryMaxBytes = (memoryMaxMb + BESIDE_HEAP_MB) * MIB;
  const config: ChildConfig = { modules, memoryMaxBytes };
  const processOptions: HandlerProcessOptions = { config, heapMaxMb: memoryMaxMb, cwd };
  const pool: Pool = {
    processesMax: Math.min(slots, processesMax),
    share,
    logger,
    listener,
    alarm: createAlarm(() => lookAfter(pool)),
    start: () => startMember(pool, processOptions, onStarted),
    waiting: [],
    waitingAlone: [],
    members: new Set(),
    isDispatchDue: false,
    startPausedUntil: instantMs(0),
    isStopped: false,
  };
  return pool;
}

function createRunner(pool: Pool, types: readonly string[]): TaskRunner {
  return {
    types,
    run(id, taskType, payload, timeoutMs) {
      pool.waiting.push(newRun(id, taskType, payload, timeoutMs));
      dispatchSoon(pool);
    },
    cancel(id) {
      const run = findRun(pool, id);
      if (run === undefined) return;
      if (run.member !== undefined) {
        askToEnd(pool, run, cancelled, true);
        return;
      }
      pool.waiting = pool.waiting.filter((each) => each !== run);
      pool.waitingAlone = pool.waitingAlone.filter((each) => each !== run);
      queueMicrotask(() => endRun(pool, run, cancelled));
    },
    stop: () => stop(pool),
  };
}

function newRun(id: RunId, taskType: string, payload: JsonText, timeoutMs: DurationMs): PooledRun {
  return {
    id,
    taskType,
    payload,
    timeoutMs,
    member: undefined,
    serial: 0,
    begunAt: undefined,
    isAlone: false,
    ending: undefined,
  };
}

async function stop(pool: Pool): Promise<void> {
  pool.isStopped = true;
  pool.alarm.stop();
  const gone = [...pool.members].map((member) => member.process.gone);
  for (const member of pool.members) kill(member);
  await Promise.all(gone);
}
