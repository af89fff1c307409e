import { type DurationMs, elapsed, type InstantMs, type JsonText } from "@mutirao/primitives";
import { type AttemptOutcome, type AttemptRef, PAYLOAD_MAX_BYTES, printable } from "@mutirao/protocol";
import { attemptErrors } from "../master-effects.ts";
import type { RunId } from "../worker-events.ts";
import type { WorkerOutbox } from "./outbox.ts";
import { attemptKey } from "./worker-record.ts";

/** One handler at work. */
export interface Run {
  readonly id: RunId;
  readonly taskType: string;
  /** Which task it is; `undefined` in the class's words, which name none. */
  readonly ref: AttemptRef | undefined;
  readonly key: string | undefined;
  readonly startedAt: InstantMs;
  isCancelled: boolean;
}

export interface RunOrder {
  readonly taskType: string;
  readonly payload: JsonText;
  readonly timeoutMs: DurationMs;
  readonly ref: AttemptRef | undefined;
}

/** What the worker runs at this moment. */
export interface WorkerRuns {
  readonly size: number;
  /** Handlers at work: those that were given up and have not ended yet are among them. */
  readonly occupied: number;
  start(order: RunOrder, now: InstantMs): void;
  get(id: RunId): Run | undefined;
  of(ref: AttemptRef): Run | undefined;
  /** The attempts that have a name. */
  held(): readonly AttemptRef[];
  cancel(run: Run): void;
  /** A handler has ended: lets go of its run; `undefined` if it was given up before. */
  take(id: RunId): Run | undefined;
  /** Gives up everything: what the handlers still say is not listened to, but they hold their slots until they end. */
  abort(): readonly Run[];
  /** What to report of a run that has been let go of. */
  outcomeOf(run: Run, outcome: AttemptOutcome, now: InstantMs): AttemptOutcome;
}

export function createWorkerRuns({ emit, notify }: WorkerOutbox): WorkerRuns {
  const runs = new Map<RunId, Run>();
  const byAttempt = new Map<string, Run>();
  const givenUp = new Set<RunId>();
  let started = 0;

  const forget = (run: Run): void => {
    runs.delete(run.id);
    if (run.key !== undefined) byAttempt.delete(run.key);
  };

  return {
    get size() {
      return runs.size;
    },
    get occupied() {
      return runs.size + givenUp.size;
    },
    start({ taskType, payload, timeoutMs, ref }, now) {
      const key = ref && keyOf(ref);
      const run: Run = { id: started++ as RunId, taskType, ref, key, startedAt: now, isCancelled: false };
      runs.set(run.id, run);
      if (key !== undefined) byAttempt.set(key, run);
      emit({ type: "run-task", run: run.id, taskType, payload, timeoutMs });
      notify({ kind: "task-started", taskType, task: ref?.task });
    },
    get: (id) => runs.get(id),
    of: (ref) => byAttempt.get(keyOf(ref)),
    held: () => Array.from(byAttempt.values(), ({ ref }) => ref).filter((ref) => ref !== undefined),
    cancel(run) {
      if (run.isCancelled) return;
      run.isCancelled = true;
      emit({ type: "cancel-run", run: run.id });
    },
    take(id) {
      givenUp.delete(id);
      const run = runs.get(id);
      if (run !== undefined) forget(run);
      return run;
    },
    abort() {
      const all = [...runs.values()];
      for (const run of all) {
        forget(run);
        givenUp.add(run.id);
        if (!run.isCancelled) emit({ type: "cancel-run", run: run.id });
      }
      return all;
    },
    outcomeOf(run, outcome, now) {
      const told = toldOutcome(run, outcome);
      const code = told.isOk ? undefined : told.code;
      const tookMs = elapsed(run.startedAt, now);
      notify({ kind: "task-ended", taskType: run.taskType, task: run.ref?.task, code, tookMs });
      return told;
    },
  };
}

const keyOf = ({ task, attempt }: AttemptRef): string => attemptKey(task, attempt);

/** The wire would cut them there too; cut here, they take no more room while they wait. */
const CODE_MAX = 64;
const MESSAGE_MAX = 512;

/** A run that was done before it could be cancelled is done. */
function toldOutcome(run: Run, outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.isOk) return outcome.output.length <= PAYLOAD_MAX_BYTES ? outcome : OUTPUT_TOO_LARGE;
  if (run.isCancelled) return failure("ERR_TASK_CANCELLED");
  return {
    isOk: false,
    code: printable(outcome.code, CODE_MAX),
    message: printable(outcome.message, MESSAGE_MAX),
  };
}

/**
 * What a handler says, in codes of its own. With those of the worker it would hand its task back, which costs the task
 * nothing, and be given it again without end.
 */
export function inOwnCodes(outcome: AttemptOutcome): AttemptOutcome {
  if (outcome.isOk || !Object.hasOwn(attemptErrors, outcome.code)) return outcome;
  return { isOk: false, code: "ERR_TASK_FAILED", message: `${outcome.code}: ${outcome.message}` };
}

/** What a worker says itself, of a task that its handler says nothing of. */
export const failure = (code: keyof typeof attemptErrors): AttemptOutcome => ({
  isOk: false,
  code,
  message: attemptErrors[code],
});

/** A result that no line has room for. */
export const OUTPUT_TOO_LARGE: AttemptOutcome = {
  isOk: false,
  code: "ERR_TASK_OUTPUT_INVALID",
  message: "the result takes more room than a line has",
};
