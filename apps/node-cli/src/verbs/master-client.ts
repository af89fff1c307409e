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
  peerListSchema,
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

/** A batch waits for the disk of the master, and for all others who do. */
const BATCH_MS = 120_000;

export function createMasterClient(url: string): MasterClient {
  const server: Server = {
    ...{ url, name: "master", flag: "--http" },
    ...{ unreachable: "ERR_MASTER_UNREACHABLE", notUnderstood: "ERR_MASTER_NOT_UNDERSTOOD" },
  };
  const ask = <T>(path: string, schema: z.ZodType<T>, request?: Request): Promise<Reply<T>> =>
    askJson(server, path, schema, request);
  return {
    url,
    submit: (task) =>
      ask("/tasks", acceptanceSchema, { method: "POST", body: JSON.stringify(task), type: "application/json" }),
    async submitBatch(lines) {
      const request: Request = { method: "POST", body: lines, type: "application/x-ndjson", forMs: BATCH_MS };
      const answer = await answerTo(server, "/tasks:batch", request);
      if ("failure" in answer) return answer;
      return understand(server, z.array(batchAnswerSchema), answer.value, parseJsonLines);
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
