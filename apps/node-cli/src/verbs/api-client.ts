import { type HttpAnswer, type HttpRequest, sendHttp } from "@mutirao/command";
import { type Problem, problemSchema } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import type { z } from "zod";
import type { Failure } from "./verb.ts";
import type { VerbErrorCode } from "./verb-errors.ts";

/** What a server answered, or why there is no answer. */
export type Reply<T> = { readonly value: T } | { readonly failure: Failure };

/** One server of ours, and what is said if it is not there. */
export interface Server {
  readonly url: string;
  /** Such as "master". */
  readonly name: string;
  /** The flag that says where it is. */
  readonly flag: string;
  readonly unreachable: VerbErrorCode;
  readonly notUnderstood: VerbErrorCode;
}

/** How long an answer may take, beyond the time that the server was asked to wait. */
export const ANSWER_MS = 15_000;

export type Request = Partial<HttpRequest>;

/** Asks for JSON of a schema. */
export async function askJson<T>(
  server: Server,
  path: string,
  schema: z.ZodType<T>,
  request: Request = {},
): Promise<Reply<T>> {
  const answer = await answerTo(server, path, request);
  return "failure" in answer ? answer : understand(server, schema, answer.value, parseJson);
}

export async function answerTo(server: Server, path: string, request: Request): Promise<Reply<string>> {
  const { url, name, flag, unreachable } = server;
  let answer: HttpAnswer;
  try {
    answer = await sendHttp(url, { method: "GET", path, forMs: ANSWER_MS, ...request });
  } catch (error) {
    const message = `no ${name} answers at ${url} (${reasonOf(error)}): start one, or say with ${flag} where it is`;
    return fail(3, unreachable, message);
  }
  const { status, text } = answer;
  return status >= 200 && status < 300 ? { value: text } : refused(server, status, text);
}

/** The system's word for why nothing came. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it takes too long";
  return "code" in error ? String(error.code) : error.message;
}

function refused(server: Server, status: number, text: string): Reply<never> {
  const problem = understand(server, problemSchema, text, parseJson);
  if ("failure" in problem) return notUnderstood(server, `an answer ${status}`);
  const { code, detail }: Problem = problem.value;
  return { failure: { exitCode: 1, code, message: printable(detail, 512) } };
}

export function understand<T>(
  server: Server,
  schema: z.ZodType<T>,
  text: string,
  parse: (text: string) => unknown,
): Reply<T> {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return notUnderstood(server, "something that is not JSON");
  }
  const read = schema.safeParse(value);
  return read.success ? { value: read.data } : notUnderstood(server, "something else");
}

const parseJson = (text: string): unknown => JSON.parse(text);

export const parseJsonLines = (text: string): unknown =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseJson);

const notUnderstood = ({ url, name, notUnderstood: code }: Server, what: string): Reply<never> =>
  fail(3, code, `${what} came from ${url}: it may be another program, or a ${name} of another version`);

const fail = (exitCode: Failure["exitCode"], code: VerbErrorCode, message: string): Reply<never> => ({
  failure: { exitCode, code, message },
});
