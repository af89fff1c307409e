import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { collectText } from "./collect-text.ts";
import { stopChild } from "./node-child.ts";

/** A Python process that prints its port, and then a JSON line for each line that it is sent on stdin. */
export interface PythonChild {
  readonly port: number;
  /** Seconds of CPU time of all its threads. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** A shim on PATH may be slow to start, so the system's own Python is preferred. */
const CANDIDATES = ["/usr/bin/python3", "python3", "python"];
const IS_RECENT = "import sys; sys.exit(sys.version_info < (3, 8))";

/** A Python of at least 3.8, or `undefined` where there is none. */
export function findPython(): string | undefined {
  return CANDIDATES.find((candidate) => spawnSync(candidate, ["-c", IS_RECENT], { stdio: "ignore" }).status === 0);
}

export async function startPythonChild(python: string, script: URL): Promise<PythonChild> {
  const child = spawn(python, [fileURLToPath(script)], { stdio: ["pipe", "pipe", "pipe"] });
  const nextLine = lineSource(child, collectText(child.stderr));
  const { port } = JSON.parse(await nextLine()) as { port: number };
  return {
    port,
    async cpuSeconds() {
      child.stdin.write("cpu\n");
      const { cpu_s } = JSON.parse(await nextLine()) as { cpu_s: number };
      return cpu_s;
    },
    stop: () => stopChild(child, () => child.stdin.end()),
  };
}

/** Each call waits for one more line; it rejects if the process ends first. */
function lineSource(child: ChildProcess, complaints: () => string): () => Promise<string> {
  if (child.stdout === null) throw new Error("the child has no stdout");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  failed.catch(() => {});
  return async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done === true) throw new Error(`the Python peer ended early: ${complaints()}`);
    return value;
  };
}
