import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type StoreErrorCode, type TaskStore, TaskStoreError } from "@mutirao/task-store";

export interface Call {
  readonly id: number;
  readonly name: keyof TaskStore | "open";
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  /** `code` only if it is a `TaskStoreError`. */
  readonly failure?: { readonly message: string; readonly code: string | undefined };
}

/** A store in a process of its own. */
export interface StoreProcess {
  readonly store: TaskStore;
  /** As a crash does. What it was still asked for is never answered. */
  kill(): Promise<void>;
}

export interface StoreProcessOptions {
  readonly directory: string;
  readonly fileMaxBytes?: number;
  /** How large the process may make any file, in blocks of the shell's `ulimit -f`; a larger one is an I/O error. */
  readonly fileMaxBlocks?: number;
}

const SERVE_STORE = fileURLToPath(new URL("../children/serve-store.ts", import.meta.url));

/** Rejects with the `TaskStoreError` with which the store could not be opened. */
export async function startStoreProcess(options: StoreProcessOptions): Promise<StoreProcess> {
  const child = startChild(options);
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let unsent: Call[] = [];
  const send = (): void => {
    // A process that was killed does not answer.
    if (child.connected) child.send(unsent, () => {});
    unsent = [];
  };
  const call = async (name: Call["name"], ...args: readonly unknown[]): Promise<never> => {
    const id = calls++;
    // What is asked for in one turn is to be asked for in one turn there too.
    if (unsent.push({ id, name, args }) === 1) queueMicrotask(send);
    const { result, failure } = await new Promise<Answer>((resolve) => waiting.set(id, resolve));
    if (failure !== undefined) throw errorOf(failure);
    return result as never;
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const hasExited = once(child, "exit");
    child.kill("SIGKILL");
    await hasExited;
  };
  const died = once(child, "exit").then(([code]) => {
    throw new Error(`the process of the store exited with code ${String(code)}`);
  });
  died.catch(() => {});
  try {
    await Promise.race([call("open"), died]);
  } catch (error) {
    await kill();
    throw error;
  }
  const store: TaskStore = {
    load: () => call("load"),
    write: (changes) => call("write", changes),
    get: (id) => call("get", id),
    list: (query) => call("list", query),
    prune: (endedBefore, finishedMax) => call("prune", endedBefore, finishedMax),
    close: () => call("close"),
  };
  return { store, kill };
}

function startChild({ directory, fileMaxBytes, fileMaxBlocks }: StoreProcessOptions): ChildProcess {
  const args = [directory, ...(fileMaxBytes === undefined ? [] : [String(fileMaxBytes)])];
  const settings = { serialization: "advanced", stdio: ["ignore", "inherit", "inherit", "ipc"] } as const;
  if (fileMaxBlocks === undefined) return fork(SERVE_STORE, args, { ...settings, stdio: [...settings.stdio] });
  const script = `ulimit -f ${fileMaxBlocks} && exec "$@"`;
  const command = ["-c", script, "sh", process.execPath, SERVE_STORE, ...args];
  // `fork` is `spawn` of a Node with a channel, and this is a shell that becomes one.
  return fork(SERVE_STORE, [], { ...settings, stdio: [...settings.stdio], execPath: "/bin/sh", execArgv: command });
}

const errorOf = ({ message, code }: NonNullable<Answer["failure"]>): Error => {
  if (code === undefined) return new Error(message);
  // The message has the detail in it already; what a caller goes by is the code.
  return new TaskStoreError(code as StoreErrorCode, message);
};
