import { spawn } from "node:child_process";
import { existsSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { defineTask, type TaskContext, TaskFailure } from "@mutirao/protocol";
import { z } from "zod";

/** Handlers that do everything wrong that a handler can do, and some that do it right. */
const anything = z.unknown();

const task = (type: string, run: (input: unknown, context: TaskContext) => unknown) =>
  defineTask({ type, input: anything, output: anything, run });

const spin = (): void => {
  for (;;);
};

const untilThere = (path: unknown): void => {
  while (!existsSync(String(path)));
};

/** Resolves when the file is there; polls, as the one who makes it is in another process. */
async function whenThere(path: unknown): Promise<void> {
  while (!existsSync(String(path))) await delay(5);
}

export const quick = [task("echo", (input) => input), task("pid", () => process.pid), task("nothing", () => undefined)];

export const throwing = [
  task("throw-error", () => {
    throw new Error("no  paper\nleft \u0007");
  }),
  task("throw-failure", () => {
    throw new TaskFailure("ERR_NO_PAPER", "the tray is empty");
  }),
  task("throw-foreign-failure", () => {
    throw Object.assign(new Error("of another copy"), { name: "TaskFailure", code: "ERR_ELSEWHERE" });
  }),
  task("throw-text", () => {
    throw "just a text";
  }),
  task("throw-huge", () => {
    throw new Error("x".repeat(5_000_000));
  }),
  task("throw-unshowable", () => {
    throw {
      toString() {
        throw new Error("not even this");
      },
    };
  }),
];

export const stuck = [
  task("spin", spin),
  task("spin-later", async () => {
    await delay(1);
    spin();
  }),
  task("never", () => new Promise(() => {})),
  task("spin-until", untilThere),
  task("wait-until", async (path, context) => {
    context.progress(0, String(process.pid));
    await whenThere(path);
    return process.pid;
  }),
  task("spin-telling", (_, context) => {
    context.progress(0, String(process.pid));
    spin();
  }),
  task("blocked-with-child", (_, context) => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    context.progress(0, String(child.pid));
    spin();
  }),
];

export const leaving = [
  task("exit", () => process.exit(3)),
  task("exit-later", async () => {
    await delay(1);
    process.exit(0);
  }),
  task("kill-self", () => {
    process.kill(process.pid, "SIGKILL");
    spin();
  }),
  task("abort-process", () => process.abort()),
  task("reject-unheard", () => {
    void Promise.reject(new Error("nobody listens"));
    return new Promise(() => {});
  }),
  task("throw-in-timer", () => {
    setTimeout(() => {
      throw new Error("out of the blue");
    });
    return new Promise(() => {});
  }),
  task("leave-behind", (path) => {
    void whenThere(path).then(() => {
      throw new Error("left behind");
    });
    return null;
  }),
  task("leave-spinning", () => {
    setTimeout(spin, 1);
    return process.pid;
  }),
  task("stop-self", () => process.kill(process.pid, "SIGSTOP")),
  task("leave-exit-behind", (path) => {
    void whenThere(path).then(() => process.exit(7));
    return null;
  }),
];

const kept: unknown[] = [];

export const greedy = [
  task("fill-heap", () => {
    for (;;) kept.push({ at: kept.length });
  }),
  task("fill-heap-at-once", () => {
    for (;;) kept.push(new Array(20_000_000).fill(1.5));
  }),
  task("fill-buffers", () => {
    for (;;) kept.push(Buffer.alloc(10_000_000, 1));
  }),
  task("leak-a-little", async () => {
    kept.push(Buffer.alloc(4_000_000, 1));
    await delay(40);
    return process.pid;
  }),
];

const circular: Record<string, unknown> = {};
circular["self"] = circular;
let deep: unknown = 1;
for (let level = 0; level < 40; level++) deep = [deep];

const numbers = z.object({ n: z.number() });

export const rubbish = [
  task("give-circular", () => circular),
  task("give-bigint", () => 1n),
  task("give-function", () => spin),
  task("give-symbol", () => Symbol("s")),
  task("give-huge", () => "x".repeat(100_000)),
  task("give-deep", () => deep),
  task("give-wide", () => new Array(2_000).fill(0)),
  task("give-throwing-json", () => ({
    toJSON() {
      throw new Error("not as JSON");
    },
  })),
  defineTask({ type: "give-wrong", input: numbers, output: numbers, run: ({ n }) => ({ n: String(n) }) as never }),
  defineTask({ type: "give-nothing", input: anything, output: numbers, run: () => undefined as never }),
  defineTask({
    type: "async-schema",
    input: numbers.refine(async ({ n }) => n > 0, "must be above 0"),
    output: numbers.refine(async ({ n }) => n < 10, "must be below 10"),
    run: ({ n }) => ({ n: n * 2 }),
  }),
];

export const obedient = [
  task("end-when-told", (_, { signal, progress }) => {
    progress(0.25, "waiting");
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        progress(0.75, "told");
        setTimeout(() => reject(new Error("told to end")), 150);
      });
    });
  }),
  task("result-when-told", (_, { signal, progress }) => {
    progress(0.25, "waiting");
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve("just in time"));
    });
  }),
];

export const talkative = [
  task("print", () => {
    // biome-ignore lint/suspicious/noConsole: what handlers print is what is tested
    console.log("to stdout");
    // biome-ignore lint/suspicious/noConsole: the same
    console.error("to \u001b[31mstderr");
    writeSync(1, "to fd 1\n");
    return null;
  }),
  task("flood", () => {
    // biome-ignore lint/suspicious/noConsole: the same
    for (let line = 0; line < 20_000; line++) console.log(`line ${line} ${"x".repeat(60)}`);
    return null;
  }),
  task("progress", async (path, { progress }) => {
    progress(-1, "far below");
    await delay(150);
    progress(Number.NaN, "no number");
    for (let step = 0; step < 20_000; step++) progress(step / 10_000, "n".repeat(1_000));
    await whenThere(path);
    progress(0.5, "too late to be told");
    return null;
  }),
];

let waiting = 0;
let release: () => void = () => {};
const allThere = new Promise<void>((resolve) => {
  release = resolve;
});

/** Ends once so many of it run at the same time. */
export const together = defineTask({
  type: "together",
  input: z.number(),
  output: z.number(),
  async run(count) {
    waiting += 1;
    if (waiting === count) release();
    await allThere;
    return count;
  },
});
