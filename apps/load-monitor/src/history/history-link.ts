import { Worker } from "node:worker_threads";
import { MonitorError } from "../monitor-errors.ts";
import {
  type Asked,
  type Failure,
  type Job,
  OPENING,
  type Reply,
  type Results,
  type ThreadOptions,
} from "./messages.ts";

/** The thread that keeps the history, as the main loop sees it. */
export interface HistoryLink {
  /** Rejects with a `MonitorError`. */
  perform<Kind extends Job["kind"]>(job: Extract<Job, { kind: Kind }>): Promise<Results[Kind]>;
  /** Jobs that are not answered yet. */
  readonly waiting: number;
  end(): Promise<void>;
}

interface Waiting {
  resolve(result: Results[keyof Results]): void;
  reject(error: MonitorError): void;
}

const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "./history-thread.ts" : "./history-thread.js",
  import.meta.url,
);

/** Starts the thread. Resolves once it has opened its file; rejects with a `MonitorError` if it cannot. */
export async function startHistoryThread(options: ThreadOptions): Promise<HistoryLink> {
  const worker = new Worker(THREAD, { workerData: options });
  const waiting = new Map<number, Waiting>();
  let jobs = OPENING;
  let gone: Failure | undefined;

  const leave = (message: string): void => {
    gone ??= { code: "ERR_HISTORY_FAILED", message };
    for (const { reject } of waiting.values()) reject(errorOf(gone));
    waiting.clear();
  };
  worker.on("error", (error) => leave(`its thread crashed: ${error.message}`));
  worker.on("exit", (code) => leave(`its thread ended with code ${code}`));
  worker.on("message", (reply: Reply) => {
    const waiter = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("failure" in reply) waiter?.reject(errorOf(reply.failure));
    else waiter?.resolve(reply.result);
  });
  const answerTo = (id: number): Promise<Results[keyof Results]> =>
    new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
    });
  const end = async (): Promise<void> => void (await worker.terminate());

  try {
    await answerTo(OPENING);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async perform(job) {
      if (gone !== undefined) throw errorOf(gone);
      const id = ++jobs;
      worker.postMessage({ id, job } satisfies Asked);
      return (await answerTo(id)) as never;
    },
    get waiting() {
      return waiting.size;
    },
    end,
  };
}

const errorOf = ({ code, message }: Failure): MonitorError => new MonitorError(code, message);
