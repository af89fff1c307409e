import { type ProblemDetails, problemDocument } from "@mutirao/http-server";
import { type OrderErrorCode, orderErrors, type Refusal, type TaskErrorCode, taskErrors } from "@mutirao/node-core";
import { apiErrorStatus, apiErrors, type Problem } from "@mutirao/operator-api";
import { lineErrors } from "@mutirao/protocol";
import { storeErrors, TaskStoreError } from "@mutirao/task-store";

/** Every code that an answer of the API can carry, with its meaning. */
export const problemMeanings = { ...apiErrors, ...taskErrors, ...orderErrors, ...lineErrors, ...storeErrors } as const;

export type ProblemCode = keyof typeof problemMeanings;

/** What the master refuses for want of room may be asked again; what a task's own state forbids is a conflict. */
const taskErrorStatus: Readonly<Record<TaskErrorCode, number>> = {
  ERR_BACKLOG_FULL: 503,
  ERR_STORE_FULL_NOW: 503,
  ERR_STORE_DOWN: 503,
  ERR_MASTER_DRAINING: 503,
  ERR_TASK_UNKNOWN: 404,
  ERR_TASK_ENDED: 409,
  ERR_TASK_NOT_ENDED: 409,
  ERR_TASK_DONE: 409,
};

/** What may be otherwise in a moment is 503; what only an operator changes is a conflict with what he has ordered. */
const orderErrorStatus: Readonly<Record<OrderErrorCode, number>> = {
  ERR_LENDING_OFF: 409,
  ERR_PEER_UNKNOWN: 404,
  ERR_PEER_NOT_ALIVE: 503,
  ERR_PEER_BARRED: 409,
  ERR_ASK_OPEN: 503,
  ERR_LOAN_UNKNOWN: 404,
  ERR_LOAN_NOT_OUT: 409,
  ERR_WORKER_NOT_IDLE: 409,
  ERR_NONE_IDLE: 503,
  ERR_LEND_LIMIT: 409,
  ERR_BORROW_LIMIT: 409,
};

const LINE_STATUS = 400;
const STORE_STATUS = 503;

function statusOf(code: ProblemCode): number {
  if (code in apiErrorStatus) return apiErrorStatus[code as keyof typeof apiErrorStatus];
  if (code in taskErrorStatus) return taskErrorStatus[code as TaskErrorCode];
  if (code in orderErrorStatus) return orderErrorStatus[code as OrderErrorCode];
  return code in lineErrors ? LINE_STATUS : STORE_STATUS;
}

/** A problem document; see `problemDocument`. */
export const problemOf = (code: ProblemCode, detail: string, more: ProblemDetails = {}): Problem =>
  problemDocument({ code, title: problemMeanings[code], status: statusOf(code) }, detail, more);

/**
 * Why the master refused, as a problem.
 *
 * @param what was refused, or stands in the way; the reason is added.
 */
export function refusalProblem({ code, retryAfterMs }: Refusal, what: string, state?: Problem["state"]): Problem {
  const retryAfterS = retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return problemOf(code, `${what}: ${midSentence(problemMeanings[code])}`, {
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    ...(state === undefined ? {} : { state }),
  });
}

const midSentence = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, "")}`;

/** What the store could not do, or `undefined` if the error is none of the store's. */
export function storeProblem(error: unknown): Problem | undefined {
  if (!(error instanceof TaskStoreError)) return undefined;
  return problemOf(error.code, error.message);
}
