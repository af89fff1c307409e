import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface TalkingChild {
  /** What it has said on stdout, line by line, and on stderr. */
  readonly lines: readonly string[];
  readonly errors: () => string;
  readonly exitCode: () => number | null | undefined;
  tell(command: string): void;
  kill(): void;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  /** Its limit of open files, set by the shell that becomes it. */
  readonly openFilesMax?: number;
}

/** Runs a script of `children/` in a process of its own. */
export function startChild(
  script: string,
  moved: () => void,
  { args = [], openFilesMax }: ChildOptions = {},
): TalkingChild {
  const file = fileURLToPath(new URL(`./children/${script}`, import.meta.url));
  const child: ChildProcess =
    openFilesMax === undefined
      ? spawn(process.execPath, [file, ...args])
      : spawn("sh", ["-c", `ulimit -n ${openFilesMax} && exec "$0" "$@"`, process.execPath, file, ...args]);
  const lines: string[] = [];
  let errors = "";
  let exitCode: number | null | undefined;
  if (child.stdout === null || child.stderr === null) throw new Error("a child has its streams");
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    moved();
  });
  child.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  child.on("close", (code) => {
    exitCode = code;
    moved();
  });
  return {
    lines,
    errors: () => errors,
    exitCode: () => exitCode,
    tell: (command) => void child.stdin?.write(`${command}\n`),
    kill: () => void child.kill("SIGKILL"),
  };
}
