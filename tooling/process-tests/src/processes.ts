import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test as base } from "vitest";
import { createLineLog, type LineLog } from "./line-log.ts";

/** How a process ended: one of the two is `null`. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real process, with what it prints. */
export interface RunningProcess {
  /** `undefined` if it could not be started. */
  readonly pid: number | undefined;
  readonly stdout: LineLog;
  readonly stderr: LineLog;
  /** Resolves when the process has ended and all that it printed has been read. */
  readonly exited: Promise<Exit>;
  signal(name: NodeJS.Signals): void;
  /** Leaves its stdout without a reader, as `| head` does. */
  closeStdout(): void;
  /** Ends it at once, as a crash would, and waits until it is gone. */
  kill(): Promise<Exit>;
}

/** Starts processes, each of which is gone when the test is over, however it ends. */
export interface Processes {
  /** @param name what failures call it. */
  start(name: string, command: string, args: readonly string[]): RunningProcess;
  /** An empty folder for them to write to, gone when they are. */
  newFolder(): Promise<string>;
}

/** A test with `processes` at hand. */
export const test = base.extend("processes", async ({ task }, { onCleanup }): Promise<Processes> => {
  const started: RunningProcess[] = [];
  const folders: string[] = [];
  onCleanup(async () => {
    await Promise.all(started.map((running) => running.kill()));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });
  return {
    start(name, command, args) {
      const running = run(`${name} of "${task.name}"`, command, args);
      started.push(running);
      return running;
    },
    async newFolder() {
      const folder = await mkdtemp(join(tmpdir(), "mutirao-test-"));
      folders.push(folder);
      return folder;
    },
  };
});

const env = {
  ...process.env,
  // Nodes are started by the hundred, and spend most of that on stripping and compiling the same files: this keeps the
  // result from one start to the next, by content, where package managers and git leave it alone.
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache", import.meta.url)),
  // What all foreign peers share: how they report, and their sockets.
  PYTHONPATH: fileURLToPath(new URL("../python", import.meta.url)),
};

function run(name: string, command: string, args: readonly string[]): RunningProcess {
  // Its stdin stays open as long as this process lives; foreign peers end when it closes.
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env });
  const stdout = createLineLog(child.stdout, `${name} (stdout)`);
  const stderr = createLineLog(child.stderr, `${name} (stderr)`);
  const exited = exitOf(child, stdout, stderr);
  return {
    pid: child.pid,
    stdout,
    stderr,
    exited,
    signal: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout.destroy(),
    kill() {
      child.kill("SIGKILL");
      return exited;
    },
  };
}

async function exitOf(child: ChildProcess, ...logs: readonly LineLog[]): Promise<Exit> {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  await Promise.all(logs.map((log) => log.ended));
  return { code, signal };
}
