import type { BatchAnswer, Load, Peer, Problem, Task, TaskSummary, Worker } from "@mutirao/operator-api";

/** The fields with which a task is asked for. */
export interface TaskOrder {
  readonly id?: string;
  readonly type: string;
  readonly payload: unknown;
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
}

/** What a request was answered, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** A document, or a problem. */
  readonly body: Problem & Readonly<Record<string, unknown>>;
}

/** Somebody at the HTTP API of a master, who knows nothing but its address, and that the master may die at any moment. */
export interface Operator {
  /** Rejects only if there is no answer. */
  call(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<HttpAnswer>;
  /** Rejects if the task is not accepted. */
  submit(order: TaskOrder): Promise<string>;
  /** Gives as many answers as come before the master dies: none, some, or all. */
  submitAll(orders: readonly TaskOrder[]): Promise<readonly BatchAnswer[]>;
  task(id: string): Promise<Task>;
  /** Asks until the task has ended. Rejects if there is no answer. */
  ended(id: string): Promise<Task>;
  tasks(state: Task["state"]): Promise<readonly TaskSummary[]>;
  workers(): Promise<readonly Worker[]>;
  peers(): Promise<readonly Peer[]>;
  load(): Promise<Load>;
  /** In the words of Prometheus. */
  metrics(): Promise<string>;
}

/** How long one request waits for the end of a task; then it is asked again. */
const WAIT_S = 10;

/** @param place the flags of a master, with its `--http`. */
export function operatorOf(place: readonly string[]): Operator {
  const base = httpOf(place);
  const call: Operator["call"] = async (method, path, body) => {
    const content =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`${base}${path}`, { method, ...content });
    const text = await response.text();
    return { status: response.status, retryAfter: response.headers.get("retry-after"), body: JSON.parse(text) };
  };
  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await call("GET", path);
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${JSON.stringify(body)}`);
    return body as unknown as T;
  };
  return {
    call,
    async submit(order) {
      const { status, body } = await call("POST", "/tasks", order);
      if (status !== 202) throw new Error(`POST /tasks was answered ${status}: ${JSON.stringify(body)}`);
      return String(body["id"]);
    },
    submitAll: (orders) => submitAll(`${base}/tasks:batch`, orders),
    task: (id) => get(`/tasks/${id}`),
    async ended(id) {
      for (;;) {
        const task = await get<Task>(`/tasks/${id}?wait=${WAIT_S}`);
        if (task.state !== "pending" && task.state !== "running") return task;
      }
    },
    tasks: (state) => get(`/tasks?state=${state}&limit=1000`),
    workers: () => get("/workers"),
    peers: () => get("/peers"),
    load: () => get("/load"),
    metrics: async () => (await fetch(`${base}/metrics`)).text(),
  };
}

export const httpOf = (place: readonly string[]): string => `http://${place[place.indexOf("--http") + 1] ?? ""}`;

async function submitAll(url: string, orders: readonly TaskOrder[]): Promise<readonly BatchAnswer[]> {
  const body = orders.map((order) => `${JSON.stringify(order)}\n`).join("");
  let text = "";
  try {
    const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/x-ndjson" } });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch {
    // Whole lines that came before are promises all the same.
  }
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as BatchAnswer);
}
