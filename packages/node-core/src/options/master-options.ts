import { type DurationMs, durationMs, type Endpoint } from "@mutirao/primitives";
import { z } from "zod";
import { type HeartbeatNodeOptions, heartbeatOptions } from "./heartbeat-options.ts";
import { type LendingNodeOptions, lendingDefaults, lendingOptions } from "./lending-options.ts";
import { choiceOption, countOption, endpointOption, type OptionSchema, secondsOption } from "./option.ts";

/** What a master has to be told. The ranges and defaults are in {@link masterOptions}. */
export interface MasterNodeOptions extends HeartbeatNodeOptions, LendingNodeOptions {
  /** Where push workers connect; `undefined`: nowhere. */
  readonly pushPort: number | undefined;
  /** How long a worker may be away before its tasks are given to others. */
  readonly graceMs: DurationMs;
  readonly workersMax: number;
  /** Lines per second that one worker may send on the connection that it keeps. */
  readonly workerLinesPerSecondMax: number;
  /** Silence after which a worker that knows the class's words only is given up. */
  readonly classTimeoutMs: DurationMs;
  readonly visibilityMs: DurationMs;
  readonly visibilityMaxMs: DurationMs;
  /** Workers that may be lost under a task before it is dead. */
  readonly lossesMax: number;
  readonly retryMs: DurationMs;
  readonly retryMaxMs: DurationMs;
  readonly backlogMax: number;
  readonly backlogMaxBytes: number;
  readonly keepMs: DurationMs;
  readonly keepMax: number;
  readonly backlogHigh: number;
  readonly backlogLow: number;
  readonly waitHighMs: DurationMs | undefined;
  readonly waitLowMs: DurationMs | undefined;
  readonly monitor: Endpoint | undefined;
  readonly monitorIntervalMs: DurationMs;
  /** Whether reports say what the class has no words for. */
  readonly monitorWords: "ours" | "class";
}

const tasks = "Tasks";
const load = "Load";

/** A length of time that may be left out. */
function optionalSeconds(flag: string, consequence: string): OptionSchema<DurationMs | undefined> {
  const typed = secondsOption({ minS: 0.001, maxS: 86_400, defaultS: 1 }, { flag, group: load, consequence });
  const { default: _none, ...meta } = typed.meta;
  const schema = z.union([z.undefined(), typed.schema]);
  return { meta, schema };
}

const pushPort: OptionSchema<number | undefined> = {
  meta: {
    flag: "--push-port <n>",
    group: tasks,
    unit: "TCP port",
    range: "1 to 65535",
    consequence:
      "Where workers connect that keep one connection for life and wait for tasks to be pushed (the class has them on " +
      "--port + 1). Without it there is no such port.",
  },
  schema: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(65_535))
    .optional(),
};

const monitorAddress = endpointOption(
  {
    flag: "--monitor <host:port>",
    group: load,
    consequence: "A supervisor that load reports are sent to. One that cannot be reached costs a counted failure.",
  },
  9190,
);

const monitor: OptionSchema<Endpoint | undefined> = { ...monitorAddress, schema: monitorAddress.schema.optional() };

const taskOptions = {
  pushPort,
  graceMs: secondsOption(
    { minS: 0.1, maxS: 3_600, defaultS: 5 },
    {
      flag: "--grace <s>",
      group: tasks,
      consequence:
        "How long a worker may be away with its tasks. Lower gives them to others sooner; higher does less work twice.",
    },
  ),
  lossesMax: countOption(
    { unit: "workers", min: 1, max: 100, default: 3 },
    {
      flag: "--losses-max <n>",
      group: tasks,
      consequence: "A task under which so many workers were lost is dead, lest it takes down one after the other.",
    },
  ),
  retryMs: secondsOption(
    { minS: 0.01, maxS: 3_600, defaultS: 1 },
    {
      flag: "--retry <s>",
      group: tasks,
      consequence: "Wait before a task that its worker could not do is tried again, doubled with every failure.",
    },
  ),
  retryMaxMs: secondsOption(
    { minS: 0.01, maxS: 86_400, defaultS: 60 },
    { flag: "--retry-max <s>", group: tasks, consequence: "The longest of these waits." },
  ),
  visibilityMs: secondsOption(
    { minS: 0.1, maxS: 86_400, defaultS: 60 },
    {
      flag: "--visibility <s>",
      group: tasks,
      consequence:
        "How long a task stays with a worker of the class's kind, which gives no sign of life while it works. Doubled " +
        "with every attempt.",
    },
  ),
  visibilityMaxMs: secondsOption(
    { minS: 0.1, maxS: 86_400, defaultS: 600 },
    { flag: "--visibility-max <s>", group: tasks, consequence: "The longest of these times." },
  ),
  classTimeoutMs: secondsOption(
    { minS: 0.1, maxS: 86_400, defaultS: 60 },
    {
      flag: "--worker-timeout <s>",
      group: tasks,
      consequence: "Silence after which a worker of the class's kind counts as gone. Ours send heartbeats: --timeout.",
    },
  ),
  keepMs: secondsOption(
    { minS: 1, maxS: 31_536_000, defaultS: 86_400 },
    { flag: "--keep <s>", group: tasks, consequence: "How long ended tasks can still be looked up." },
  ),
  keepMax: countOption(
    { unit: "tasks", min: 1, max: 10_000_000, default: 100_000 },
    { flag: "--keep-max <n>", group: tasks, consequence: "How many ended tasks can still be looked up." },
  ),
} as const;

const loadOptions = {
  backlogHigh: countOption(
    { unit: "tasks", min: 1, max: 1_000_000_000, default: 10 },
    { flag: "--backlog-high <n>", group: load, consequence: "The master is SATURATED when more tasks than this wait." },
  ),
  backlogLow: countOption(
    { unit: "tasks", min: 0, max: 1_000_000_000, default: 4 },
    {
      flag: "--backlog-low <n>",
      group: load,
      consequence: "It is so until fewer than this wait. Close to --backlog-high, the state flaps.",
    },
  ),
  waitHighMs: optionalSeconds(
    "--wait-high <s>",
    "The master is SATURATED when the last task in the backlog will wait longer than this. Needs --wait-low.",
  ),
  waitLowMs: optionalSeconds("--wait-low <s>", "It is so until that wait is shorter than this. Needs --wait-high."),
  monitor,
  monitorIntervalMs: secondsOption(
    { minS: 0.1, maxS: 86_400, defaultS: 10 },
    { flag: "--monitor-interval <s>", group: load, consequence: "Time between two load reports." },
  ),
  monitorWords: choiceOption(["ours", "class"], "ours", {
    flag: "--monitor-words <kind>",
    group: load,
    consequence:
      "ours: reports carry more than the class has words for, in EXT, which others ignore. class: they do not, for a " +
      "supervisor that cannot read long lines.",
  }),
} as const;

const limitOptions = {
  workersMax: countOption(
    { unit: "workers", min: 1, max: 1_000_000, default: 10_000 },
    { flag: "--workers-max <n>", group: "Limits", consequence: "Workers in the farm. The next one is refused." },
  ),
  workerLinesPerSecondMax: countOption(
    { unit: "lines/s", min: 1, max: 10_000_000, default: 100_000 },
    {
      flag: "--worker-lines-per-second-max <n>",
      group: "Limits",
      consequence:
        "Lines per second, and lines at once, of a worker that keeps its connection. It bounds how many short tasks a " +
        "worker can do: it may need a line for each. A faster worker is read more slowly, not closed.",
    },
  ),
  backlogMax: countOption(
    { unit: "tasks", min: 1, max: 100_000_000, default: 1_000_000 },
    {
      flag: "--backlog-max <n>",
      group: "Limits",
      consequence:
        "Tasks that have not ended. Above it nothing is accepted, and the submitter is told when to try again.",
    },
  ),
  backlogMaxBytes: countOption(
    { unit: "bytes", min: 1_024, max: 1_099_511_627_776, default: 268_435_456 },
    { flag: "--backlog-max-bytes <n>", group: "Limits", consequence: "The same for the size of their payloads." },
  ),
} as const;

/** Every option of a master. */
export const masterOptions = {
  ...heartbeatOptions,
  ...taskOptions,
  ...loadOptions,
  ...lendingOptions,
  ...limitOptions,
} as const;

/** For tests and tools: a master's own defaults, those of every node apart. */
export const masterDefaults: Omit<MasterNodeOptions, keyof HeartbeatNodeOptions> = {
  pushPort: undefined,
  graceMs: durationMs(5_000),
  workersMax: 10_000,
  workerLinesPerSecondMax: 100_000,
  classTimeoutMs: durationMs(60_000),
  visibilityMs: durationMs(60_000),
  visibilityMaxMs: durationMs(600_000),
  lossesMax: 3,
  retryMs: durationMs(1_000),
  retryMaxMs: durationMs(60_000),
  backlogMax: 1_000_000,
  backlogMaxBytes: 268_435_456,
  keepMs: durationMs(86_400_000),
  keepMax: 100_000,
  backlogHigh: 10,
  backlogLow: 4,
  waitHighMs: undefined,
  waitLowMs: undefined,
  monitor: undefined,
  monitorIntervalMs: durationMs(10_000),
  ...lendingDefaults,
  monitorWords: "ours",
};
