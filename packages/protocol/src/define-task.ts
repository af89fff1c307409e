import type { z } from "zod";
import { WORD_MAX } from "./limits.ts";
import { isTaskType } from "./task-type.ts";

/** As much of an `AbortSignal` as a pure package may know; the one that a handler gets is the platform's own. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
}

/** What a handler is given beside its input. */
export interface TaskContext {
  readonly taskType: string;
  /** Aborted when the task is cancelled, or has run for as long as it may. The handler should then end soon. */
  readonly signal: AbortSignalLike;
  /**
   * Tells how far the task has come.
   *
   * @param fraction 0 to 1; what lies outside is moved to the nearer end.
   * @param note a few words for whoever looks, cut at 128 characters.
   */
  progress(fraction: number, note?: string): void;
}

/**
 * A kind of task: what it takes, what it gives, and how it is done. Input and output are checked against their schemas
 * around every run, so that a handler sees only what it asked for.
 */
export interface TaskDefinition<In extends z.ZodType = z.ZodType, Out extends z.ZodType = z.ZodType> {
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly type: string;
  readonly input: In;
  readonly output: Out;
  /** Does the task. Whatever it throws fails the attempt; a {@link TaskFailure} does so with a code of its own. */
  run(input: z.output<In>, context: TaskContext): z.input<Out> | Promise<z.input<Out>>;
}

/**
 * Defines a task type, for a worker to run:
 *
 *     export const double = defineTask({
 *       type: "double",
 *       input: z.object({ n: z.number() }),
 *       output: z.object({ twice: z.number() }),
 *       run: ({ n }) => ({ twice: 2 * n }),
 *     });
 *
 * @throws TypeError if the type cannot be a name.
 */
export function defineTask<In extends z.ZodType, Out extends z.ZodType>(
  definition: TaskDefinition<In, Out>,
): TaskDefinition<In, Out> {
  if (!isTaskType(definition.type)) {
    throw new TypeError(`a task type is named by 1 to ${WORD_MAX} of A-Z a-z 0-9 . _ -, not by "${definition.type}"`);
  }
  return definition;
}

/** Thrown by a handler to fail its task with a code of its own. It is tried again like any other that failed. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  readonly code: string;

  /**
   * @param code for programs: 1 to 64 of `A-Z 0-9 _`, such as `ERR_NO_SUCH_USER`.
   * @param message for people; cut at 512 characters.
   * @throws TypeError if the code is no code.
   */
  constructor(code: string, message: string) {
    super(message);
    if (!CODE.test(code)) throw new TypeError(`a failure's code is 1 to ${WORD_MAX} of A-Z 0-9 _, not "${code}"`);
    this.code = code;
  }
}

const CODE = new RegExp(`^[A-Z0-9_]{1,${WORD_MAX}}$`);
