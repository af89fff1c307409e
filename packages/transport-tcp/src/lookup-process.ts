import { type ChildProcess, fork } from "node:child_process";
import type { Lookup } from "./lookup-queue.ts";

/**
 * The platform's resolver, in a process of its own.
 *
 * The system's look-up (`getaddrinfo`) is the one that knows what this machine means by a name: its hosts file, its
 * name services, mDNS. But it cannot be cancelled, and hangs for as long as it likes if the name server is gone, in a
 * thread that Node waits for before it exits, and takes from the disk until then. A process can be ended at once.
 */
export interface LookupProcess {
  /** Asks; the process is started with the first name, and again if it has died meanwhile. */
  readonly lookup: Lookup;
  /** Ends the process. Nobody is called back any more. */
  stop(): void;
}

/** A number that its answer repeats, and the name. */
export type LookupQuestion = readonly [question: number, name: string];

/** The question's number, the code of an error if there was one, and the addresses. */
export type LookupAnswer = readonly [question: number, error: string | null, addresses: readonly string[]];

/** POSIX's code for it: the process died, or could not be started. */
const GONE = "ECHILD";

const program = new URL(import.meta.url.endsWith(".ts") ? "./lookup-child.ts" : "./lookup-child.js", import.meta.url);

/**
 * @param lookupsMax how many names may be asked for at once.
 * @param file the program of the process; a test's, if it is given.
 */
export function createLookupProcess(lookupsMax: number, file: URL = program): LookupProcess {
  const waiting = new Map<number, Parameters<Lookup>[1]>();
  let child: ChildProcess | undefined;
  let questions = 0;
  let isStopped = false;

  const answered = ([question, error, addresses]: LookupAnswer): void => {
    const done = waiting.get(question);
    waiting.delete(question);
    if (waiting.size === 0) child?.unref();
    const found = addresses.map((address) => ({ address }));
    done?.(error === null ? null : lookupError(error), found);
  };

  const failAll = (code: string): void => {
    for (const question of [...waiting.keys()]) answered([question, code, []]);
  };

  const start = (): ChildProcess => {
    // Each look-up that hangs holds a thread of the pool, so there are as many as may be asked at once.
    const env = { ...process.env, UV_THREADPOOL_SIZE: `${lookupsMax}` };
    const started = fork(file, { stdio: "ignore", execArgv: [], env });
    const gone = (code: string): void => {
      if (child !== started) return;
      child = undefined;
      failAll(code);
    };
    started.on("message", answered);
    started.once("exit", () => gone(GONE));
    started.on("error", (error: NodeJS.ErrnoException) => gone(error.code ?? GONE));
    // By itself it keeps nobody running; whoever waits for an answer is kept running until it comes.
    started.channel?.unref();
    return started;
  };

  return {
    lookup(name, done) {
      if (isStopped) return;
      child ??= start();
      const question = questions++;
      waiting.set(question, done);
      child.ref();
      const told: LookupQuestion = [question, name];
      // If it cannot be told, it is gone, or never came to be, and an event says so.
      if (child.connected) child.send(told, () => {});
    },
    stop() {
      isStopped = true;
      waiting.clear();
      child?.kill("SIGKILL");
      // Whoever exits now waits for the end of it, which comes at once, so that nothing is left for others to bury.
      child?.ref();
    },
  };
}

const lookupError = (code: string): Error => Object.assign(new Error(`the look-up failed: ${code}`), { code });
