import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A process of the demonstration: one that a team would run, started and ended as often as the story wants. */
export interface DemoProcess {
  /** Starts it. Resolves when it has logged that it is ready. */
  start(): Promise<void>;
  /** Ends it as the system would end a process that crashes. */
  kill(): Promise<void>;
  /** Asks it to end, for good. Resolves with its exit code. */
  stop(): Promise<number | null>;
}

export interface DemoProcessOptions {
  readonly name: string;
  readonly main: string;
  readonly flags: readonly string[];
  /** The event in its log that says that it is ready. */
  readonly readyEvent: string;
}

export function createDemoProcess({ name, main, flags, readyEvent }: DemoProcessOptions): DemoProcess {
  let child: ChildProcess | undefined;
  let isStopped = false;

  const ended = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, "exit");
    child.kill(signal);
    const [code] = await exit;
    return code;
  };

  return {
    async start() {
      // The story may be a step behind whoever has put an end to it.
      if (isStopped) throw new Error(`${name} is not to be started any more`);
      // `process.execPath`, not a wrapper such as npx: killing a wrapper would leave the process behind.
      // In a group of its own, so that Ctrl-C is for the demonstration alone, which then stops everything in good order.
      const isDetached = process.platform !== "win32";
      child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "ignore", "pipe"], detached: isDetached });
      if (child.stderr === null) throw new Error(`${name} has no log`);
      const log = createInterface(child.stderr);
      const failed = once(child, "exit").then(([code]) => {
        throw new Error(`${name} ended with exit code ${code} before it was ready`);
      });
      const ready = new Promise<void>((resolve) => {
        log.on("line", (line) => {
          if (line.includes(`"event":"${readyEvent}"`)) resolve();
        });
      });
      await Promise.race([ready, failed]);
      failed.catch(() => {});
    },
    async kill() {
      await ended("SIGKILL");
    },
    stop() {
      isStopped = true;
      return ended("SIGTERM");
    },
  };
}
