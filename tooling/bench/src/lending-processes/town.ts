import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type NodeChild, startNodeChild } from "../children/node-child.ts";
import { clockMs } from "./clock.ts";

const MASTER = new URL(import.meta.resolve("master/main"));
const WORKER = new URL(import.meta.resolve("worker/main"));
const PRELOAD = new URL("../tasks/ours/watched-process.ts", import.meta.url);
const HANDLER = fileURLToPath(new URL("./timed-handler.ts", import.meta.url));
const HOST = "127.0.0.1";
const POLL_MS = 20;
const WAIT_MS = 60_000;

export interface TownSize {
  readonly masters: number;
  readonly workersEach: number;
}

/** One task of a burst, as it was done. */
export interface DoneTask {
  readonly worker: string;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Masters of ours that name each other as peers, with workers of one slot, all processes of their own on loopback. */
export interface Town {
  /** Hands in tasks that take so long, all at once, and waits until they are done. */
  burst(
    master: number,
    tasks: number,
    ms: number,
  ): Promise<{ readonly handedInMs: number; readonly done: readonly DoneTask[] }>;
  /** Whether the worker is one of this master's own. */
  isOwn(master: number, worker: string): boolean;
  /** Every worker is where it lives, and has nothing to do. */
  home(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTown(size: TownSize): Promise<Town> {
  const directory = await mkdtemp(join(tmpdir(), "mutirao-bench-"));
  const children: NodeChild[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()));
    await rm(directory, { recursive: true });
  };
  try {
    const ports = await Promise.all(Array.from({ length: size.masters }, () => freePorts()));
    for (const [index, own] of ports.entries()) {
      const peers = ports.filter((other) => other !== own).flatMap(({ port }) => ["--peer", `${HOST}:${port}`]);
      const place = ["--port", `${own.port}`, "--push-port", `${own.push}`, "--http", `${HOST}:${own.http}`];
      const flags = ["--id", idOf(index), "--data-dir", join(directory, idOf(index)), ...place, ...peers];
      children.push(startCommand(MASTER, flags));
      for (let worker = 0; worker < size.workersEach; worker++) {
        const args = ["--id", `${idOf(index)}-w${worker}`, "--master", `${HOST}:${own.port}`, "--processes", "1"];
        children.push(startCommand(WORKER, [...args, "--handlers", HANDLER]));
      }
    }
    const https = ports.map(({ http }) => `http://${HOST}:${http}`);
    await Promise.all(https.map((http) => untilMet(http, size.masters - 1)));
    const town = townAt(https, size, stop);
    await town.home();
    return town;
  } catch (error) {
    await stop();
    throw error;
  }
}

const idOf = (index: number): string => `m${index}`;

function townAt(https: readonly string[], { workersEach }: TownSize, stop: () => Promise<void>): Town {
  const httpOf = (master: number): string => https[master] ?? "";
  const isOwn = (master: number, worker: string): boolean => worker.startsWith(`${idOf(master)}-`);
  return {
    async burst(master, tasks, ms) {
      const http = httpOf(master);
      const body = `${JSON.stringify({ type: "TIMED", payload: { ms } })}\n`.repeat(tasks);
      const headers = { "content-type": "application/x-ndjson" };
      const handedInMs = clockMs();
      const text = await (await fetch(`${http}/tasks:batch`, { method: "POST", headers, body })).text();
      const ids = text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { readonly id: string }).id);
      return { handedInMs, done: await doneTasks(http, ids) };
    },
    isOwn,
    async home() {
      await Promise.all(
        https.map((http, master) => until(`the workers of ${idOf(master)} are home`, () => isHome(http, master))),
      );
    },
    stop,
  };

  async function isHome(http: string, master: number): Promise<boolean> {
    const here = (await get<readonly ShownWorker[]>(`${http}/workers`)).filter(({ status }) => status === "ALIVE");
    return here.length === workersEach && here.every(({ id, running }) => isOwn(master, id) && running.length === 0);
  }
}

interface ShownWorker {
  readonly id: string;
  readonly status: string;
  readonly running: readonly string[];
}

interface ShownTask {
  readonly state: string;
  readonly worker: string;
  readonly result: Omit<DoneTask, "worker">;
}

/** Looked up one by one, the last one first, so that waiting for them takes no part of the time that is measured. */
async function doneTasks(http: string, ids: readonly string[]): Promise<readonly DoneTask[]> {
  const done: DoneTask[] = [];
  for (const id of ids.toReversed()) {
    let task = await get<ShownTask>(`${http}/tasks/${id}?wait=10`);
    while (task.state === "pending" || task.state === "running")
      task = await get<ShownTask>(`${http}/tasks/${id}?wait=10`);
    if (task.state !== "done") throw new Error(`task ${id} is ${task.state}`);
    done.push({ worker: task.worker, ...task.result });
  }
  return done;
}

async function untilMet(http: string, count: number): Promise<void> {
  await until("all masters have met", async () => {
    const peers = await get<readonly { readonly status: string }[]>(`${http}/peers`).catch(() => []);
    return peers.filter(({ status }) => status === "ALIVE").length === count;
  });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const giveUpAtMs = performance.now() + WAIT_MS; !(await holds()); await sleep(POLL_MS)) {
    if (performance.now() > giveUpAtMs) throw new Error(`in vain waited for this: ${what}`);
  }
}

async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

function startCommand(module: URL, args: readonly string[]): NodeChild {
  const child = startNodeChild(module, { args, preload: PRELOAD, onStderr: () => {} });
  // If it ends too soon, whoever waits for what it should do finds out.
  child.call("live").catch(() => {});
  return child;
}

async function freePorts() {
  return { port: await freePort(), push: await freePort(), http: await freePort() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return address.port;
}
