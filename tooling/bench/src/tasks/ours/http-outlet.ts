import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Following, Outlet, OutletSettings, TaskStream } from "../outlet.ts";
import { readLines } from "../read-lines.ts";
import { pipelineGets } from "./pipelined-gets.ts";

/** One request waits so long for the end of a task, and is then made again. */
const WAIT_S = 30;

interface Acceptance {
  readonly id: string;
  readonly status: number;
}

interface EndNotice {
  readonly kind: string;
  readonly task: string;
  readonly state: string;
}

interface Task {
  readonly id: string;
  readonly state: string;
  readonly result: unknown;
}

/** The way into a master of ours, which is its HTTP API. */
export function openHttpOutlet({ port }: OutletSettings): Outlet {
  const get = async (path: string): Promise<string> => {
    const response = await startGet(port, path);
    const chunks: string[] = [];
    for await (const chunk of response) chunks.push(chunk as string);
    return chunks.join("");
  };
  return {
    openStream: (onAccepted) => openBatch(port, onAccepted),
    workers: async () => (JSON.parse(await get("/load")) as { readonly workers: number }).workers,
    async untilEnded(total, last) {
      const isLastOpen = async (): Promise<boolean> => {
        const { state } = JSON.parse(await get(`/tasks/${last}?wait=${WAIT_S}`)) as Task;
        return state === "pending" || state === "running";
      };
      while (await isLastOpen());
      while (recordedIn(await get("/metrics")) < total);
    },
    follow: (onEnded) => followEnds(port, onEnded),
    async results(ids) {
      const bodies = await pipelineGets(
        port,
        ids.map((id) => `/tasks/${id}`),
      );
      return bodies.map(resultIn);
    },
  };
}

/** One `POST /tasks:batch` that goes on for as long as there are tasks. */
function openBatch(port: number, onAccepted: (ids: readonly string[]) => void): TaskStream {
  const batch = request({
    host: "127.0.0.1",
    port,
    agent: false,
    method: "POST",
    path: "/tasks:batch",
    headers: { "content-type": "application/x-ndjson" },
  });
  batch.setNoDelay(true);
  const readAnswers = async (): Promise<void> => {
    const [response] = (await once(batch, "response")) as [IncomingMessage];
    readLines(response, (lines) => onAccepted(lines.map(acceptedIn)));
    await once(response, "end");
  };
  const answered = readAnswers();
  return {
    write: (lines) => void batch.write(lines),
    async end() {
      batch.end();
      await answered;
    },
  };
}

function acceptedIn(line: string): string {
  const { id, status } = JSON.parse(line) as Acceptance;
  if (status !== 202) throw new Error(`a task was not accepted: ${line}`);
  return id;
}

/** Reads `/events`, where the master tells of the end of every task. */
async function followEnds(port: number, onEnded: (id: string) => void): Promise<Following> {
  const response = await startGet(port, "/events");
  readLines(response, (lines) => {
    for (const line of lines) {
      const id = line.startsWith("data: ") ? endedIn(line.slice("data: ".length)) : undefined;
      if (id !== undefined) onEnded(id);
    }
  });
  response.on("error", () => {});
  return { stop: () => void response.destroy() };
}

function endedIn(data: string): string | undefined {
  const { kind, task, state } = JSON.parse(data) as EndNotice;
  if (kind !== "task-recorded") return undefined;
  if (state !== "done") throw new Error(`a task ended otherwise than it should: ${data}`);
  return task;
}

/** On a connection of its own: one that was kept may be closed by the master at the very moment of the next request. */
async function startGet(port: number, path: string): Promise<IncomingMessage> {
  const asked = request({ host: "127.0.0.1", port, path, agent: false });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.setEncoding("utf8");
  if (response.statusCode !== 200) throw new Error(`GET ${path} was answered ${response.statusCode}`);
  return response;
}

const recordedIn = (metrics: string): number =>
  Number(/^mutirao_notices_total\{kind="task-recorded"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);

function resultIn(body: string): unknown {
  const { state, result } = JSON.parse(body) as Task;
  if (state !== "done") throw new Error(`a task has not ended as it should: ${body}`);
  return result;
}
