import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { CHANNEL_FD, type ChildConfig, WITNESS_FD } from "../child/config.ts";
import { type ProcessExit, signalGroup, spawnChild, tellWhenEnded } from "../spawn-child.ts";
import { type FromChild, readFromChild } from "./lines.ts";
import { type FromWitness, readFromWitness } from "./witness-lines.ts";

/** One process that handlers run in, as its pool sees it. */
export interface HandlerProcess {
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Says lines to the loop that handlers run in. */
  say(lines: string): void;
  /** Says a line to the thread that answers also while a handler spins. */
  askWitness(line: string): void;
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
  /** Ends it at once, with every process that its handlers started. */
  kill(): void;
}

export interface HandlerProcessListener {
  /** All that it said in one chunk. */
  onLines(lines: readonly FromChild[]): void;
  onWitness(line: FromWitness): void;
  /** It has ended, and everything that it said has been heard. The last call. */
  onGone(exit: ProcessExit): void;
}

export interface HandlerProcessOptions {
  readonly config: ChildConfig;
  /** The heap of its handlers. */
  readonly heapMaxMb: number;
  readonly cwd: string;
}

const isSource = import.meta.url.endsWith(".ts");
const childFile = fileURLToPath(new URL(isSource ? "../child/main.ts" : "../child/main.js", import.meta.url));

/**
 * To strip types from the same files in every process is the greater part of its start (0.4 s instead of 0.1 s of CPU)
 * and of its memory. Package managers and git leave this folder alone, and entries are found by content.
 */
const compileCache = isSource
  ? { NODE_COMPILE_CACHE: fileURLToPath(new URL("../../node_modules/.cache", import.meta.url)) }
  : {};

/** What is young in a heap comes on top of the limit, and V8 would let it grow to some hundred MB. */
const YOUNG_MAX = "--max-semi-space-size=16";

/** What was said last is read within this time of the end, also if some other process holds a pipe open. */
const LAST_WORDS_MS = 300;

export function startHandlerProcess(
  { config, heapMaxMb, cwd }: HandlerProcessOptions,
  listener: HandlerProcessListener,
): HandlerProcess | { readonly error: string } {
  const heap = [`--max-old-space-size=${heapMaxMb}`, YOUNG_MAX];
  const child = spawnChild([process.execPath, ...heap, childFile, JSON.stringify(config)], {
    cwd,
    env: { ...compileCache, ...process.env },
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
  });
  if ("error" in child) return child;
  const channel = pipeOf(child, CHANNEL_FD);
  const witness = pipeOf(child, WITNESS_FD);
  readLines(channel, (lines) => listener.onLines(lines.map(readFromChild).filter((line) => line !== undefined)));
  readLines(witness, (lines) => {
    for (const line of lines) {
      const said = readFromWitness(line);
      if (said !== undefined) listener.onWitness(said);
    }
  });
  const gone = Promise.withResolvers<void>();
  tellWhenEnded(child, LAST_WORDS_MS, (exit) => {
    listener.onGone(exit);
    gone.resolve();
  });
  return {
    pid: child.pid,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    say: (lines) => void channel.write(lines, "latin1"),
    askWitness: (line) => void witness.write(line, "latin1"),
    gone: gone.promise,
    kill: () => signalGroup(child, "SIGKILL"),
  };
}

function pipeOf(child: ChildProcess, fd: number): Socket {
  const pipe = child.stdio[fd];
  if (!(pipe instanceof Socket)) throw new Error(`the handler process has no pipe ${fd}`);
  // That it is gone is told once, by its exit.
  pipe.on("error", () => {});
  return pipe;
}

function readLines(pipe: Socket, onLines: (lines: readonly string[]) => void): void {
  let rest = "";
  pipe.setEncoding("latin1");
  pipe.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    onLines(lines);
  });
}
