import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { TaskKeeper } from "./task-keeper.ts";

/** The least that can be done: lines of JSON at the end of a file, and `fdatasync` in a thread once per group. */
export async function openAppendLog(directory: string): Promise<TaskKeeper> {
  const thread = new Worker(new URL("./append-log-thread.ts", import.meta.url), { workerData: `${directory}/log` });
  const waiting: (() => void)[] = [];
  thread.on("message", () => waiting.shift()?.());
  const append = (lines: string): Promise<void> => {
    thread.postMessage(lines);
    return new Promise((resolve) => waiting.push(resolve));
  };
  return {
    accept: (tasks) =>
      append(
        tasks
          .map(({ id, type, payload, priority, timeoutMs, maxAttempts, acceptedAt }) =>
            line({ id, type, payload, priority, timeoutMs, maxAttempts, acceptedAt }),
          )
          .join(""),
      ),
    end: (ends) => append(ends.map(([id, status]) => line({ id, ...status })).join("")),
    async close() {
      const hasExited = once(thread, "exit");
      thread.postMessage("");
      await hasExited;
    },
  };
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
