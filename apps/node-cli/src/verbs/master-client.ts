import {
  type Acceptance,
  acceptanceSchema,
  type BatchAnswer,
  type Borrowing,
  type BorrowOrder,
  batchAnswerSchema,
  borrowingSchema,
  type Draining,
  type DrainOrder,
  drainingSchema,
  type Explanation,
  explanationSchema,
  type Index,
  indexSchema,
  type LendOrder,
  type Load,
  type Loan,
  loadSchema,
  loanListSchema,
  type NewTask,
  type OrderedLoans,
  orderedLoansSchema,
  type Peer,
  peerListSchema,
  type ReclaimOrder,
  type Task,
  type TaskState,
  type TaskSummary,
  taskListSchema,
  taskSchema,
  type Worker,
  workerListSchema,
} from "@mutirao/operator-api";
import { z } from "zod";
import {
  ANSWER_MS,
  answerTo,
  askJson,
  parseJsonLines,
  type Reply,
  type Request,
  type Server,
  understand,
} from "./api-client.ts";
import { wrongFlag } from "./verb.ts";
import { TOKEN_VARIABLE } from "./verb-options.ts";

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
  loans(query: {
    readonly direction?: Loan["direction"] | undefined;
    readonly limit?: number | undefined;
  }): Promise<Reply<readonly Loan[]>>;
  borrow(order: BorrowOrder): Promise<Reply<Borrowing>>;
  lend(order: LendOrder): Promise<Reply<OrderedLoans>>;
  reclaim(order: ReclaimOrder): Promise<Reply<OrderedLoans>>;
  drain(order: DrainOrder): Promise<Reply<Draining>>;
  /** @param about what stands behind `/why/`, escaped. */
  why(about: string): Promise<Reply<Explanation>>;
  index(): Promise<Reply<Index>>;
}

/** What is not said is left out. */
function queryText(fields: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, `${value}`);
  return query.toString();
}

/** No other characters can be sent in a header, nor be in a master's token. */
const TOKEN = /^[!-~]+$/;

const noToken = wrongFlag({
  code: "ERR_OPTION_INVALID",
  message: `${TOKEN_VARIABLE} holds no token: give it one word of printable ASCII characters, as in the master's file`,
});

/** A batch waits for the disk of the master, and for all others who do. */
const BATCH_MS = 120_000;

export function createMasterClient(url: string): MasterClient {
  const server: Server = {
    ...{ url, name: "master", flag: "--http" },
    ...{ unreachable: "ERR_MASTER_UNREACHABLE", notUnderstood: "ERR_MASTER_NOT_UNDERSTOOD" },
  };
  const ask = <T>(path: string, schema: z.ZodType<T>, request?: Request): Promise<Reply<T>> =>
    askJson(server, path, schema, request);
  const token = process.env[TOKEN_VARIABLE]?.trim() || undefined;
  const mayOrder = token === undefined || TOKEN.test(token);
  const post = async <T>(path: string, schema: z.ZodType<T>, body: unknown): Promise<Reply<T>> => {
    if (!mayOrder) return { failure: noToken };
    return ask(path, schema, { method: "POST", body: JSON.stringify(body), type: "application/json", token });
  };
  return {
    url,
    submit: (task) => post("/tasks", acceptanceSchema, task),
    async submitBatch(lines) {
      if (!mayOrder) return { failure: noToken };
      const request: Request = { method: "POST", body: lines, type: "application/x-ndjson", token, forMs: BATCH_MS };
      const answer = await answerTo(server, "/tasks:batch", request);
      if ("failure" in answer) return answer;
      return understand(server, z.array(batchAnswerSchema), answer.value, parseJsonLines);
    },
    tasks: ({ state, limit }) => ask(`/tasks?${queryText({ state, limit })}`, taskListSchema),
    task: (id, waitS = 0) =>
      ask(`/tasks/${encodeURIComponent(id)}?wait=${waitS}`, taskSchema, { forMs: waitS * 1_000 + ANSWER_MS }),
    workers: () => ask("/workers", workerListSchema),
    peers: () => ask("/peers", peerListSchema),
    load: () => ask("/load", loadSchema),
    loans: ({ direction, limit }) => ask(`/loans?${queryText({ direction, limit })}`, loanListSchema),
    borrow: (order) => post("/loans:borrow", borrowingSchema, order),
    lend: (order) => post("/loans:lend", orderedLoansSchema, order),
    reclaim: (order) => post("/loans:reclaim", orderedLoansSchema, order),
    drain: (order) => post("/drain", drainingSchema, order),
    why: (about) => ask(`/why/${about}`, explanationSchema),
    index: () => ask("/", indexSchema),
  };
}
