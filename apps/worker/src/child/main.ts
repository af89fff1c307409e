import { AsyncLocalStorage } from "node:async_hooks";
import { flushCompileCache } from "node:module";
import { Worker } from "node:worker_threads";
import { printable, type TaskDefinition, WORKER_SLOTS_MAX } from "@mutirao/protocol";
import {
  begunLine,
  crashedLine,
  doneLine,
  failedLine,
  heardLine,
  progressLine,
  type RunFailure,
  type RunProgress,
  readToChild,
  readyLine,
  refusedLine,
} from "../pool/lines.ts";
import { createSerialSlots } from "../pool/serial-slots.ts";
import { watchForAccidents } from "./accidents.ts";
import { openChannel } from "./channel.ts";
import { createClaims, createClaimsMemory } from "./claims.ts";
import type { ChildConfig } from "./config.ts";
import { loadTasks } from "./load-tasks.ts";
import { lendOwnPackages } from "./own-packages.ts";
import { RunContext } from "./run-context.ts";
import { runTask } from "./run-task.ts";
import type { WitnessData } from "./witness.ts";

/** The process that handlers run in: loads their modules, then runs what it is given, everything at once. */
const { modules, memoryMaxBytes } = JSON.parse(process.argv[2] ?? "") as ChildConfig;

const MESSAGE_MAX = 512;
const STACK_MAX = 4_096;
const ACCIDENTS_MAX = 64;

const running = createSerialSlots<RunContext>();
/** Which run the code at hand belongs to, also behind its timers and callbacks. */
const currentRun = new AsyncLocalStorage<number>();
const claimsMemory = createClaimsMemory(WORKER_SLOTS_MAX);
const claims = createClaims(claimsMemory);
let tasks: ReadonlyMap<string, TaskDefinition> = new Map();
let lastRead = 0;
let lastSaidBegun = 0;
let accidents = 0;

const channel = openChannel(
  (lines) => {
    for (const line of lines) hear(line);
  },
  (waiting) => {
    // Runs that ended in the turn in which they were read need no word beside their results.
    if (lastRead === lastSaidBegun || (running.size === 0 && waiting !== "")) return "";
    lastSaidBegun = lastRead;
    return begunLine(lastRead);
  },
);

function hear(line: string): void {
  const heard = readToChild(line);
  if (heard === undefined) return;
  if (heard.kind === "abort") {
    running.get(heard.serial)?.abort();
    channel.say(heardLine(heard.serial));
    return;
  }
  const { serial, taskType, payload } = heard;
  lastRead = serial;
  if (!claims.claim(serial)) return;
  const task = tasks.get(taskType);
  const context = new RunContext(taskType, serial, sayProgress);
  running.set(serial, context);
  if (task === undefined) {
    end(serial, { code: "ERR_TASK_CRASHED", message: `the modules no longer define the task ${taskType}` });
    return;
  }
  void currentRun.run(serial, async () => {
    const result = await runTask(task, payload, context);
    if (running.get(serial) === undefined) return;
    if ("failure" in result) end(serial, result.failure);
    else {
      forget(serial);
      channel.say(doneLine(serial, result.output));
    }
  });
}

const sayProgress = (serial: number, progress: RunProgress): void => channel.sayAtOnce(progressLine(serial, progress));

function end(serial: number, { code, message, stack }: RunFailure): void {
  forget(serial);
  const failure = { code, message: printable(message, MESSAGE_MAX) };
  channel.say(failedLine(serial, stack === undefined ? failure : { ...failure, stack: stack.slice(0, STACK_MAX) }));
}

function forget(serial: number): void {
  running.get(serial)?.close();
  running.delete(serial);
}

watchForAccidents((message, isEnding) => {
  // One that goes on throwing is soon ended; it need not fill the pipe until then.
  accidents += 1;
  if (accidents > ACCIDENTS_MAX) return;
  const serial = currentRun.getStore() ?? 0;
  forget(serial);
  const line = crashedLine(serial, printable(message, MESSAGE_MAX));
  if (isEnding) channel.sayLast(line);
  else channel.say(line);
});

const witnessData: WitnessData = { claimsMemory, memoryMaxBytes };
const witness = new Worker(new URL("./witness.ts", import.meta.url), { workerData: witnessData });
witness.unref();

lendOwnPackages();
const loaded = await loadTasks(modules);
if ("problem" in loaded) channel.say(refusedLine(printable(loaded.problem, MESSAGE_MAX)));
else {
  tasks = loaded.tasks;
  channel.say(readyLine([...tasks.keys()]));
  flushCompileCache();
}
