import { type ApiErrorCode, apiErrorStatus, apiErrors, type Problem, problemType } from "@mutirao/operator-api";
import type { FastifyReply } from "fastify";

/** What a problem may say beyond what it must. */
export type ProblemDetails = Pick<Problem, "field" | "state" | "retryAfterS">;

/**
 * A problem document.
 *
 * @param detail what happened this time, and what to do; the code's meaning is its title.
 */
export const problemDocument = (
  { code, title, status }: Pick<Problem, "code" | "title" | "status">,
  detail: string,
  more: ProblemDetails = {},
): Problem => ({ type: problemType(code), title, status, detail, code, ...more });

/** What is wrong with a request itself, whatever it asks for. */
export const apiProblem = (code: ApiErrorCode, detail: string, more: ProblemDetails = {}): Problem =>
  problemDocument({ code, title: apiErrors[code], status: apiErrorStatus[code] }, detail, more);

/** When to ask again if nobody says. */
const RETRY_AFTER_S = 5;

/** Answers with a problem. A 503 always says when to ask again, a 401 what is missing; a 408 ends its connection. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 503) reply.header("retry-after", `${problem.retryAfterS ?? RETRY_AFTER_S}`);
  // Else whoever goes on sending a byte now and then would have its place for ever.
  if (problem.status === 408) reply.header("connection", "close");
  if (problem.status === 401) reply.header("www-authenticate", "Bearer");
  return reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}
