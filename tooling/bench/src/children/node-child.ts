import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { collectText } from "./collect-text.ts";
import type { ReplyMessage } from "./serve-calls.ts";

/** A process of ours that answers calls; see `serveCalls`. */
export interface NodeChild {
  /** Rejects if the call fails or the child ends before it answers. */
  call<Result>(name: string, argument?: unknown): Promise<Result>;
  stop(): Promise<void>;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

const STOP_WAIT_MS = 5_000;

/** For a module that does not answer calls itself, such as a command of ours. */
export interface NodeChildOptions {
  readonly args: readonly string[];
  /** Loaded before the module, and answers calls in its place. */
  readonly preload: URL;
  /** Told what the child says on stderr, in any chunking. */
  readonly onStderr: (text: string) => void;
}

/** Starts a module in a Node process of its own, of the version that runs this one. */
export function startNodeChild(module: URL, options?: NodeChildOptions): NodeChild {
  const preload = options === undefined ? [] : ["--import", options.preload.href];
  const child = fork(module, options?.args, {
    serialization: "advanced",
    execArgv: ["--expose-gc", ...preload],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const waiting = new Map<number, Waiting>();
  const complaints = collectText(child.stderr);
  if (options !== undefined) child.stderr?.on("data", options.onStderr);
  let calls = 0;
  child.on("message", (message) => settle(waiting, message as ReplyMessage));
  const failAll = (why: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(`${module.pathname} ${why}: ${complaints()}`));
    waiting.clear();
  };
  child.on("error", (error) => failAll(`failed (${error.message})`));
  child.on("exit", (code, signal) => failAll(`ended early (${signal ?? code})`));
  return {
    async call<Result>(name: string, argument?: unknown) {
      const id = calls++;
      const result = await new Promise<unknown>((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${module.pathname} is gone: ${complaints()}`));
        waiting.set(id, { resolve, reject });
        child.send({ id, name, argument });
      });
      return result as Result;
    },
    stop: () => stopChild(child, () => child.disconnect()),
  };
}

function settle(waiting: Map<number, Waiting>, message: ReplyMessage): void {
  const waiter = waiting.get(message.id);
  waiting.delete(message.id);
  if ("failure" in message) waiter?.reject(new Error(message.failure));
  else waiter?.resolve(message.result);
}

/** Asks a child to end, and ends it if it does not. */
export async function stopChild(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const hasExited = once(child, "exit");
  const killer = setTimeout(() => child.kill("SIGKILL"), STOP_WAIT_MS);
  ask();
  await hasExited;
  clearTimeout(killer);
}
