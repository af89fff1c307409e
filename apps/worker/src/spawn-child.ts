import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** Windows has no process groups. */
const hasGroups = process.platform !== "win32";

/**
 * Starts a process with a group of its own, so that all that it starts can be ended with it, and so that a Ctrl+C in
 * the terminal is left to us. A process that cannot be started is a value, or later an `error` of the child.
 */
export function spawnChild(
  argv: readonly [string, ...string[]],
  options: Pick<SpawnOptions, "cwd" | "env" | "stdio">,
): ChildProcess | { readonly error: string } {
  const [program, ...args] = argv;
  try {
    const child = spawn(program, args, { ...options, detached: hasGroups, windowsHide: true });
    // So it is when there are no more files to be had, whatever the types say.
    if ((child.stdio as unknown) !== undefined) return child;
    child.once("error", () => {});
    return { error: "too many files are open" };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Signals a process with all that it has started, also after it has ended itself. */
export function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  if (!hasGroups) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not even be started. */
  readonly error?: string;
}

/**
 * Tells once, in a later turn, that a process has ended and that all it said has been read. Whatever it started and
 * left behind is ended with it; that may hold the pipes open for no longer than this.
 */
export function tellWhenEnded(child: ChildProcess, lastWordsMs: number, tell: (exit: ProcessExit) => void): void {
  let isTold = false;
  const finish = (exit: ProcessExit): void => {
    if (isTold) return;
    isTold = true;
    signalGroup(child, "SIGKILL");
    for (const pipe of child.stdio) pipe?.destroy();
    tell(exit);
  };
  child.once("error", (error) => {
    if (child.pid === undefined) finish({ code: null, signal: null, error: error.message });
  });
  child.once("exit", (code, signal) => {
    const guard = setTimeout(() => finish({ code, signal }), lastWordsMs);
    child.once("close", () => {
      clearTimeout(guard);
      finish({ code, signal });
    });
  });
}
