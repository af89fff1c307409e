import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { defineTask, TaskFailure } from "@mutirao/protocol";
import { z } from "zod";

/** The path of a file that whoever tests makes when it is time. */
const gate = z.string();
const POLL_MS = 5;

/** Handlers say when they begin; their worker logs it. */
const begin = (type: string): void => void process.stderr.write(`${type} begins\n`);

export const echo = defineTask({ type: "echo", input: z.unknown(), output: z.unknown(), run: (input) => input });

export const waitForGate = defineTask({
  type: "wait",
  input: gate,
  output: z.object({ pid: z.int() }),
  async run(path) {
    begin("wait");
    while (!existsSync(path)) await delay(POLL_MS);
    return { pid: process.pid };
  },
});

export const spin = defineTask({
  type: "spin",
  input: z.unknown(),
  output: z.never(),
  run() {
    begin("spin");
    for (;;);
  },
});

export const fail = defineTask({
  type: "fail",
  input: gate,
  output: z.string(),
  run(path) {
    if (existsSync(path)) return "at last";
    throw new TaskFailure("ERR_GATE_SHUT", "the gate is shut");
  },
});

export const abort = defineTask({
  type: "abort",
  input: z.unknown(),
  output: z.never(),
  run: () => process.abort(),
});

export const killWorker = defineTask({
  type: "kill-worker",
  input: gate,
  output: z.string(),
  run(path) {
    if (existsSync(path)) return "it lives";
    process.kill(process.ppid, "SIGKILL");
    return new Promise<string>(() => {});
  },
});
