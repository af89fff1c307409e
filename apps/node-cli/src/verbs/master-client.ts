import {
  type Acceptance,
  acceptanceSchema,
  type BatchAnswer,
  batchAnswerSchema,
  type Index,
  indexSchema,
  type Load,
  loadSchema,
  type NewTask,
  type Peer,
  type Problem,
  peerListSchema,
  problemSchema,
  type Task,
  type TaskState,
  type TaskSummary,
  taskListSchema,
  taskSchema,
  type Worker,
  workerListSchema,
} from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import { z } from "zod";
import { type HttpAnswer, type HttpRequest, sendHttp } from "./http-request.ts";
import type { Failure } from "./verb.ts";
import type { VerbErrorCode } from "./verb-errors.ts";

/** What the master answered, or why there is no answer. */
export type Reply<T> = { readonly value: T } | { readonly failure: Failure };

/** The HTTP API of one master, as a client sees it. */
export interface MasterClient {
  readonly url: string;
  submit(task: NewTask): Promise<Reply<Acceptance>>;
  /** Hands in whole lines of NDJSON. */
  submitBatch(lines: Uint8Array): Promise<Reply<readonly BatchAnswer[]>>;
  tasks(query: {
    readonly state?: TaskState | undefined;
    readonly limit?: number | undefined;
  }): Promise<Reply<readonly TaskSummary[]>>;
  /** @param waitS how long to wait for its end. */
  task(id: string, waitS?: number): Promise<Reply<Task>>;
  workers(): Promise<Reply<readonly Worker[]>>;
  peers(): Promise<Reply<readonly Peer[]>>;
  load(): Promise<Reply<Load>>;
  index(): Promise<Reply<Index>>;
}

/** How long an answer may take, beyond the time that the master was asked to wait. */
const ANSWER_MS = 15_000;
/** A batch waits for the disk of the master, and for all others who do. */
const BATCH_MS = 120_000;

type Request = Partial<HttpRequest>;

export function createMasterClient(url: string): MasterClient {
  const ask = async <T>(path: string, schema: z.ZodType<T>, request: Request = {}): Promise<Reply<T>> => {
    const answer = await answerTo(url, path, request);
    return "failure" in answer ? answer : understand(url, schema, answer.value, parseJson);
  };
  return {
    url,
    submit: (task) =>
      ask("/tasks", acceptanceSchema, { method: "POST", body: JSON.stringify(task), type: "application/json" }),
    async submitBatch(lines) {
      const request: Request = { method: "POST", body: lines, type: "application/x-ndjson", forMs: BATCH_MS };
      const answer = await answerTo(url, "/tasks:batch", request);
      if ("failure" in answer) return answer;
      return understand(url, z.array(batchAnswerSchema), answer.value, parseJsonLines);
    },
    tasks: ({ state, limit }) => {
      const query = new URLSearchParams();
      if (state !== undefined) query.set("state", state);
      if (limit !== undefined) query.set("limit", `${limit}`);
      return ask(`/tasks?${query.toString()}`, taskListSchema);
    },
    task: (id, waitS = 0) =>
      ask(`/tasks/${encodeURIComponent(id)}?wait=${waitS}`, taskSchema, { forMs: waitS * 1_000 + ANSWER_MS }),
    workers: () => ask("/workers", workerListSchema),
    peers: () => ask("/peers", peerListSchema),
    load: () => ask("/load", loadSchema),
    index: () => ask("/", indexSchema),
  };
}

async function answerTo(url: string, path: string, request: Request): Promise<Reply<string>> {
  let answer: HttpAnswer;
  try {
    answer = await sendHttp(`${url}${path}`, { method: "GET", forMs: ANSWER_MS, ...request });
  } catch (error) {
    const message = `no master answers at ${url} (${reasonOf(error)}): start one, or say with --http where it is`;
    return fail(3, "ERR_MASTER_UNREACHABLE", message);
  }
  const { status, text } = answer;
  return status >= 200 && status < 300 ? { value: text } : refused(url, status, text);
}

/** The system's word for why nothing came. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it takes too long";
  return "code" in error ? String(error.code) : error.message;
}

function refused(url: string, status: number, text: string): Reply<never> {
  const problem = understand(url, problemSchema, text, parseJson);
  if ("failure" in problem) return notUnderstood(url, `an answer ${status}`);
  const { code, detail }: Problem = problem.value;
  return { failure: { exitCode: 1, code, message: printable(detail, 512) } };
}

function understand<T>(url: string, schema: z.ZodType<T>, text: string, parse: (text: string) => unknown): Reply<T> {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return notUnderstood(url, "something that is not JSON");
  }
  const read = schema.safeParse(value);
  return read.success ? { value: read.data } : notUnderstood(url, "something else");
}

const parseJson = (text: string): unknown => JSON.parse(text);

const parseJsonLines = (text: string): unknown =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseJson);

const notUnderstood = (url: string, what: string): Reply<never> =>
  fail(
    3,
    "ERR_MASTER_NOT_UNDERSTOOD",
    `${what} came from ${url}: it may be another program, or a master of another version`,
  );

const fail = (exitCode: Failure["exitCode"], code: VerbErrorCode, message: string): Reply<never> => ({
  failure: { exitCode, code, message },
});
