import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDemoProcess, type DemoProcess } from "./demo-process.ts";
import { freePorts } from "./free-ports.ts";

/** A task as the master shows it. */
export interface ShownTask {
  readonly id: string;
  readonly state: string;
  readonly worker: string | null;
}

/** A master with two workers, and a folder for what must not be lost. */
export interface Farm {
  readonly master: DemoProcess;
  readonly workers: readonly [DemoProcess, DemoProcess];
  /** Where its operator looks, `host:port`. */
  readonly http: string;
  /** Hands in so many tasks. Resolves once all are durable. */
  handIn(count: number): Promise<void>;
  /** Resolves once the task has ended. */
  ended(ordinal: number): Promise<ShownTask>;
  /** Everything stops. Resolves with the exit codes. */
  stop(): Promise<readonly (number | null)[]>;
}

const masterMain = fileURLToPath(import.meta.resolve("master/main"));
const workerMain = fileURLToPath(import.meta.resolve("worker/main"));
const handlers = fileURLToPath(new URL("harvest.ts", import.meta.url));

export async function createFarm(): Promise<Farm> {
  const folder = await mkdtemp(join(tmpdir(), "mutirao-demo-"));
  const [port = 0, httpPort = 0] = await freePorts(2);
  const http = `127.0.0.1:${httpPort}`;
  const master = createDemoProcess({
    name: "the master",
    main: masterMain,
    flags: ["--port", `${port}`, "--http", http, "--data-dir", folder],
    readyEvent: "http-listening",
  });
  const createWorker = (id: string): DemoProcess =>
    createDemoProcess({
      name: id,
      main: workerMain,
      flags: ["--master", `127.0.0.1:${port}`, "--id", id, "--slots", "2", "--handlers", handlers],
      readyEvent: "worker-connected",
    });
  const workers = [createWorker("davi"), createWorker("eva")] as const;
  const idOf = (ordinal: number): string => `row-${ordinal}`;
  return {
    master,
    workers,
    http,
    async handIn(count) {
      const lines = Array.from({ length: count }, (_, row) =>
        JSON.stringify({ id: idOf(row), type: "HARVEST", payload: { row } }),
      );
      const headers = { "content-type": "application/x-ndjson" };
      const answer = await fetch(`http://${http}/tasks:batch`, { method: "POST", headers, body: lines.join("\n") });
      const accepted = (await answer.text()).match(/"status":202/g)?.length ?? 0;
      if (accepted !== count) throw new Error(`the master accepted ${accepted} of ${count} tasks`);
    },
    async ended(ordinal) {
      for (;;) {
        const answer = await fetch(`http://${http}/tasks/${idOf(ordinal)}?wait=30`);
        const task = (await answer.json()) as ShownTask;
        if (task.state !== "pending" && task.state !== "running") return task;
      }
    },
    async stop() {
      const exitCodes = await Promise.all([...workers.map((worker) => worker.stop()), master.stop()]);
      await rm(folder, { recursive: true, force: true });
      return exitCodes;
    },
  };
}
