import type { DurationMs, JsonText } from "@mutirao/primitives";
import { type AttemptOutcome, printable } from "@mutirao/protocol";

/** How a run failed, by stable code. A handler's own `TaskFailure` brings a code of its own. */
export const taskRunErrors = {
  ERR_TASK_FAILED: "The handler threw, or its program ended with an exit code other than 0, for the reason given.",
  ERR_TASK_CRASHED:
    "The handler brought its process down: it exited, ran out of memory, or threw where nobody could catch it.",
  ERR_TASK_TIMEOUT: "The handler ran for longer than the task's time limit, and was ended.",
  ERR_TASK_INPUT_INVALID: "The task's payload is not what its handler takes. Trying again does not help.",
  ERR_TASK_OUTPUT_INVALID: "What the handler gave is not what its task type promises, or not JSON, or too large.",
  ERR_NO_SUCH_USER: "The built-in QUERY knows no account of that user.",
} as const;

/** Why a worker's handlers cannot be used, by stable code. */
export const handlerErrors = {
  ERR_HANDLERS_INVALID: "A handler module cannot be loaded, or its tasks cannot be used, for the reason given.",
  ERR_COMMAND_NOT_FOUND: "The program of an `--exec` is not there, or may not be executed.",
} as const;

/** Why a worker cannot begin, in one line for the person who started it. */
export interface HandlerProblem {
  readonly code: keyof typeof handlerErrors;
  readonly message: string;
}

/** What a handler says in words is cut at this length. */
const MESSAGE_MAX = 512;

export const done = (output: JsonText): AttemptOutcome => ({ isOk: true, output });

/** @param code one of {@link taskRunErrors}, or a handler's own. */
export const failed = (code: string, message: string): AttemptOutcome => ({
  isOk: false,
  code,
  message: printable(message, MESSAGE_MAX),
});

export const crashed = (message: string): AttemptOutcome => failed("ERR_TASK_CRASHED", message);

export const timedOut = (timeoutMs: DurationMs): AttemptOutcome =>
  failed("ERR_TASK_TIMEOUT", `it ran for longer than its ${timeoutMs / 1_000} s`);

/** The code is the core's: see its `taskErrors`. */
export const cancelled: AttemptOutcome = failed("ERR_TASK_CANCELLED", "the task was cancelled");
