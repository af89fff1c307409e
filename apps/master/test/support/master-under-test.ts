import { fileURLToPath } from "node:url";
import {
  freePort,
  type LogRecord,
  logged,
  ownLoopbackHost,
  type Processes,
  type RunningProcess,
} from "@mutirao/process-tests";

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** A task as the HTTP API shows it, as far as these tests look at it. */
export interface TaskRecord {
  readonly id: string;
  readonly state: "pending" | "running" | "done" | "failed" | "cancelled" | "dead";
  readonly attempts: number;
  readonly worker: string | null;
  readonly result: { readonly SALDO?: unknown; readonly CPF?: unknown } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface WorkerShown {
  readonly id: string;
  readonly status: string;
  readonly style: string;
  readonly owner: string;
  readonly borrowed: boolean;
  readonly running: readonly string[];
}

/** A master of ours in a process of its own, and its HTTP API. */
export interface MasterUnderTest extends RunningProcess {
  readonly host: string;
  readonly port: number;
  /** Where pull workers connect, and our own. */
  readonly address: string;
  /** Where push workers connect. */
  readonly pushAddress: string;
  /** The flags by which another master can be started in its place. */
  readonly place: readonly string[];
  /** Hands in a QUERY for each user, in this order, and gives their ids once they are accepted. */
  submit(...users: readonly unknown[]): Promise<readonly string[]>;
  /** Hands in one task, with whatever fields. */
  submitTask(fields: Readonly<Record<string, unknown>>): Promise<string>;
  task(id: string): Promise<TaskRecord>;
  /** Resolves once all these tasks have ended. */
  ended(ids: readonly string[]): Promise<readonly TaskRecord[]>;
  workers(): Promise<readonly WorkerShown[]>;
  load(): Promise<Readonly<Record<string, unknown>>>;
  /** The first log line, from index `from` on, that carries these fields. */
  logged(fields: LogRecord, from?: number): Promise<LogRecord>;
}

/** Starts a master on an address and in a folder of its own (unless the flags name one), until it takes tasks. */
export async function startMaster(processes: Processes, ...flags: readonly string[]): Promise<MasterUnderTest> {
  const host = ownLoopbackHost();
  const [port, pushPort, httpPort] = [await freePort(host), await freePort(host), await freePort(host)];
  const place = ["--host", host, "--port", `${port}`, "--push-port", `${pushPort}`, "--http", `${host}:${httpPort}`];
  const kept = flags.includes("--data-dir") ? [] : ["--data-dir", await processes.newFolder()];
  return startMasterAt(processes, [...place, ...kept], ...flags);
}

/** Starts a master where another was, with what it left. */
export async function startMasterAt(
  processes: Processes,
  place: readonly string[],
  ...flags: readonly string[]
): Promise<MasterUnderTest> {
  const running = processes.start("master", process.execPath, [mainFile, ...place, ...flags]);
  const flag = (name: string): string => place[place.indexOf(name) + 1] ?? "";
  const [host, http] = [flag("--host"), `http://${flag("--http")}`];
  await logged(running, { event: "listening" });
  await logged(running, { event: "http-listening" });

  const get = async <T>(path: string): Promise<T> => (await answerTo(`${http}${path}`)) as T;
  const submitTask = async (fields: Readonly<Record<string, unknown>>): Promise<string> => {
    const body = JSON.stringify(fields);
    const headers = { "content-type": "application/json" };
    const { id } = (await answerTo(`${http}/tasks`, { method: "POST", headers, body })) as { readonly id: string };
    return id;
  };
  return {
    ...running,
    host,
    port: Number(flag("--port")),
    address: `${host}:${flag("--port")}`,
    pushAddress: `${host}:${flag("--push-port")}`,
    place,
    logged: (fields, from) => logged(running, fields, from),
    submitTask,
    async submit(...users) {
      const ids: string[] = [];
      for (const user of users) ids.push(await submitTask({ type: "QUERY", payload: { USER: user } }));
      return ids;
    },
    task: (id) => get(`/tasks/${id}`),
    ended: (ids) => Promise.all(ids.map((id) => endOf(id, (path) => get<TaskRecord>(path)))),
    workers: () => get("/workers"),
    load: () => get("/load"),
  };
}

/** How long one request waits for the end of a task; it is asked again until the test's own time is over. */
const WAIT_S = 10;

async function endOf(id: string, get: (path: string) => Promise<TaskRecord>): Promise<TaskRecord> {
  for (;;) {
    const task = await get(`/tasks/${id}?wait=${WAIT_S}`);
    if (task.state !== "pending" && task.state !== "running") return task;
  }
}

async function answerTo(url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init?.method ?? "GET"} ${url} was answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
