import type { DurationMs, Endpoint } from "@mutirao/primitives";
import { transportLimitDefaults } from "@mutirao/transport";
import { conductOptions, transportLimitOptions } from "./limits.ts";
import {
  choiceOption,
  countOption,
  endpointOption,
  hostOption,
  idOption,
  type OptionSchema,
  secondsOption,
} from "./option.ts";

/** In which words a worker talks to its master, see `--style` in {@link workerOptions}. */
export const workerStyleChoices = ["auto", "pull", "push"] as const;
export type WorkerStyleChoice = (typeof workerStyleChoices)[number];

/** What a worker has to be told. The ranges and defaults are in {@link workerOptions}. */
export interface WorkerNodeOptions {
  readonly master: Endpoint;
  /** Names this process: a master takes another process under the same id for another worker. */
  readonly boot: string;
  /** Tasks run at once, 1 to 64. */
  readonly slots: number;
  /** The task types that there are handlers for, 64 at most. */
  readonly types: readonly string[];
  readonly style: WorkerStyleChoice;
  /** Between two questions for work to a master that knows the class's words only. */
  readonly pollMs: DurationMs;
  /** For the first line of the answer to ALIVE. */
  readonly answerMs: DurationMs;
  /** For the acknowledgement of a result, and until it is said again. */
  readonly reportMs: DurationMs;
  /** The longest wait between two tries to reach the master. */
  readonly backOffMaxMs: DurationMs;
  /** For a task whose master names no limit. */
  readonly foreignTimeoutMs: DurationMs;
  /** For a stay with a borrower of which the owner could not say how long it lasts. */
  readonly foreignLeaseMs: DurationMs;
  /** Bad lines after which the connection is closed. */
  readonly malformedPerConnectionMax: number;
  readonly malformedPerSourceMax: number;
  readonly muteMs: DurationMs;
}

const masterAddress = endpointOption({
  flag: "--master <host:port>",
  group: "Worker",
  consequence:
    "The one master that the worker serves: the --port of one of ours, or of another team's (with --style push, its " +
    "push port, as a rule one above). The worker tries for ever to reach it.",
});

const master: OptionSchema<Endpoint> = { ...masterAddress, meta: { ...masterAddress.meta, isRequired: true } };

const host = hostOption({
  group: "Worker",
  consequence:
    "The local address of the worker's connections; it never listens. It must be able to reach the master: a " +
    "loopback address only reaches this machine.",
});

const id = idOption({
  group: "Worker",
  consequence:
    "Who the worker is to its master; a fresh UUID if absent. Never give one to two workers: the master would have " +
    "to tell them apart by guessing.",
});

/** Every option of a worker: flag, unit, range, default and consequence, and the schema that reads it. */
export const workerOptions = {
  master,
  host,
  id,
  slots: countOption(
    { unit: "tasks", min: 1, max: 64, default: 1 },
    {
      flag: "--slots <n>",
      group: "Worker",
      consequence:
        "Tasks run at once. Up to the number of cores for tasks that compute, more for tasks that wait for others. At a " +
        "master of another team it is always one.",
    },
  ),
  style: choiceOption(workerStyleChoices, "auto", {
    flag: "--style <style>",
    group: "Worker",
    consequence:
      "auto finds out what the master understands: one of ours gets a session, another team's is asked for each task " +
      "(pull). pull never offers a session, for masters that take offence at unknown fields. push opens one " +
      "connection for life, and waits there for tasks.",
  }),
  pollMs: secondsOption(
    { minS: 0.05, maxS: 3_600, defaultS: 1 },
    {
      flag: "--poll <s>",
      group: "Worker",
      consequence:
        "Time until a master of another team that had no task is asked again. Lower begins a new task sooner, and costs " +
        "that master a connection each time.",
    },
  ),
  answerMs: secondsOption(
    { minS: 0.05, maxS: 120, defaultS: 12 },
    {
      flag: "--answer-timeout <s>",
      group: "Worker",
      consequence:
        "Time for the master's first line on a connection. Lower tries again sooner, and gives up on masters that " +
        "answer only when they have a task.",
    },
  ),
  reportMs: secondsOption(
    { minS: 0.05, maxS: 120, defaultS: 5 },
    {
      flag: "--report-timeout <s>",
      group: "Worker",
      consequence:
        "Time after which a result that was not acknowledged is reported again. Lower repeats itself to a master that " +
        "is only slow.",
    },
  ),
  foreignTimeoutMs: secondsOption(
    { minS: 0.05, maxS: 86_400, defaultS: 60 },
    {
      flag: "--query-timeout <s>",
      group: "Worker",
      consequence:
        "How long a task of another team's master may run; ours say it with each task. Lower frees the worker of a " +
        "task that hangs, and cuts off those that take long.",
    },
  ),
  foreignLeaseMs: secondsOption(
    { minS: 1, maxS: 86_400, defaultS: 900 },
    {
      flag: "--foreign-lease <s>",
      group: "Worker",
      consequence:
        "How long the worker stays with a borrower if its owner cannot say it: an owner of another team, or with --style " +
        "pull. Give it what the owner has for its own --foreign-lease. Lower has the worker home sooner from a borrower " +
        "that never gives back.",
    },
  ),
  backOffMaxMs: secondsOption(
    { minS: 0.1, maxS: 3_600, defaultS: 2 },
    {
      flag: "--back-off-max <s>",
      group: "Worker",
      consequence:
        "The longest wait between two tries to reach a master that is away (and never longer than its own interval). " +
        "Lower is back sooner, and spends more on a master that stays away.",
    },
  ),
  ...conductOptions,
  ...transportLimitOptions,
  lineMaxBytes: countOption(
    { unit: "bytes", min: 49_152, max: 16_777_216, default: transportLimitDefaults.lineMaxBytes },
    {
      flag: "--line-max <n>",
      group: "Limits",
      consequence: "The longest line from the master. Our own masters fill lines up to the least that is allowed here.",
    },
  ),
  outputMaxBytes: countOption(
    { unit: "bytes", min: 524_288, max: 1_073_741_824, default: transportLimitDefaults.outputMaxBytes },
    {
      flag: "--output-max <n>",
      group: "Limits",
      consequence:
        "Bytes waiting for a master that does not read, above which its connection is destroyed. Results are sent again " +
        "on the next one.",
    },
  ),
  idleMs: secondsOption(
    { minS: 0.05, maxS: 86_400, defaultS: 120 },
    {
      flag: "--idle-timeout <s>",
      group: "Limits",
      consequence:
        "Silence after which a connection is closed. Below the time that a task of another team's master takes, its " +
        "result needs a new connection.",
    },
  ),
  linesPerSecondMax: countOption(
    { unit: "lines/s", min: 1, max: 10_000_000, default: 100_000 },
    {
      flag: "--lines-per-second-max <n>",
      group: "Limits",
      consequence:
        "Lines per second that the master may send in the long run. It bounds how many short tasks the worker gets; a " +
        "faster master is read more slowly, not closed.",
    },
  ),
  linesBurstMax: countOption(
    { unit: "lines", min: 1, max: 10_000_000, default: 100_000 },
    {
      flag: "--lines-burst-max <n>",
      group: "Limits",
      consequence: "Lines that the master may send at once after a pause, above its rate.",
    },
  ),
} as const;
