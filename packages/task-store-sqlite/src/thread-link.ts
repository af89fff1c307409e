import { Worker } from "node:worker_threads";
import { TaskStoreError } from "@mutirao/task-store";
import {
  type Asked,
  type Failure,
  type Job,
  OPENING,
  type Opened,
  type Perform,
  type Reply,
  type Results,
  type TakeRows,
  type ThreadOptions,
} from "./messages.ts";

/** The thread, as the main loop sees it. */
export interface ThreadLink {
  readonly opened: Opened;
  readonly perform: Perform;
  /** Ends the thread, whatever it does. */
  end(): Promise<void>;
}

interface Waiting {
  resolve(result: Results[keyof Results]): void;
  reject(error: TaskStoreError): void;
  readonly takeRows: TakeRows;
}

const THREAD = new URL("./thread/store-thread.ts", import.meta.url);
const ignore = (): void => {};

/** Starts a thread. Resolves when it has opened the store, and rejects with a `TaskStoreError` if it cannot. */
export async function startThread(options: ThreadOptions, module: URL = THREAD): Promise<ThreadLink> {
  const worker = new Worker(module, { workerData: options });
  const hasExited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const waiting = new Map<number, Waiting>();
  let jobs = OPENING;
  let gone: Failure | undefined;

  const leave = (detail: string): void => {
    gone ??= { code: "ERR_STORE_FAILED", detail };
    for (const { reject } of waiting.values()) reject(errorOf(gone));
    waiting.clear();
  };
  worker.on("error", (error) => leave(`its thread crashed: ${error.message}`));
  worker.on("exit", (code) => leave(`its thread ended with code ${code}`));
  worker.on("message", (reply: Reply) => {
    const waiter = waiting.get(reply.id);
    if ("rows" in reply) return waiter?.takeRows(reply.rows);
    waiting.delete(reply.id);
    if ("failure" in reply) waiter?.reject(errorOf(reply.failure));
    else waiter?.resolve(reply.result);
  });

  const answerTo = (id: number, takeRows: TakeRows): Promise<Results[keyof Results]> =>
    new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject, takeRows });
    });
  const end = async (): Promise<void> => {
    await worker.terminate();
    await hasExited;
  };

  let opened: Opened;
  try {
    opened = (await answerTo(OPENING, ignore)) as Opened;
  } catch (error) {
    await end();
    throw error;
  }
  return {
    opened,
    async perform<Kind extends Job>(job: Kind, takeRows: TakeRows = ignore) {
      if (gone !== undefined) throw errorOf(gone);
      const id = ++jobs;
      worker.postMessage({ id, job } satisfies Asked);
      return (await answerTo(id, takeRows)) as Results[Kind["kind"]];
    },
    end,
  };
}

const errorOf = ({ code, detail }: Failure): TaskStoreError => new TaskStoreError(code, detail);
