import { logLevelOption } from "@mutirao/command";
import {
  choiceOption,
  endpointSchema,
  masterOptions,
  type OptionSchema,
  secondsOption,
  switchOption,
} from "@mutirao/node-core";
import type { Endpoint } from "@mutirao/primitives";
import { z } from "zod";

const http: OptionSchema<Endpoint | "off" | undefined> = {
  meta: {
    flag: "--http <host:port>",
    group: "Node",
    unit: "host:port",
    range: "where the HTTP API listens, or off",
    consequence:
      "Where tasks are handed in and operators look (127.0.0.1 and --port + 1000 if absent). Whoever reaches it can do " +
      "everything, unless there is a --http-token-file, and read everything.",
  },
  schema: z.literal("off").or(endpointSchema).optional(),
};

const httpTokenFile: OptionSchema<string | undefined> = {
  meta: {
    flag: "--http-token-file <path>",
    group: "Node",
    unit: "file",
    range: "one word of 16 to 256 printable ASCII characters",
    consequence:
      "The token that whoever submits, cancels, retries, borrows, lends, reclaims or drains over HTTP must send; " +
      "node-cli takes it from the environment variable MUTIRAO_TOKEN. It goes over the network as it is: use it where " +
      "nobody listens in, or behind a proxy that encrypts.",
  },
  schema: z.string().min(1).optional(),
};

const dataDir: OptionSchema<string> = {
  meta: {
    flag: "--data-dir <path>",
    group: "Tasks",
    unit: "folder",
    range: "is made if it is not there",
    default: "./data",
    consequence: "Where tasks are kept, so that none is lost when the master ends. One master at a time may use it.",
  },
  schema: z.string().min(1).default("./data"),
};

/** What belongs to the command rather than to the master. */
export const commandOptions = {
  http,
  httpTokenFile,
  dataDir,
  json: switchOption({
    flag: "--json",
    group: "Output",
    consequence:
      "Prints one JSON object per line on stdout: the registry of peers once per interval, once a peer was seen, and " +
      "every change of a peer's status. Without it, the registry in one line for people.",
  }),
  store: choiceOption(["disk", "memory"], "disk", {
    flag: "--store <kind>",
    group: "Tasks",
    consequence:
      "disk: what is accepted survives a crash. memory: faster, nothing is written, and whatever has not ended is lost " +
      "with the process.",
  }),
  drainMs: secondsOption(
    { minS: 0, maxS: 3_600, defaultS: 20 },
    {
      flag: "--drain-timeout <s>",
      group: "Lending",
      consequence:
        "How long a master that is to end waits for borrowed workers to finish and go home; asked to drain, also for its " +
        "tasks and for its own workers. Lower ends sooner: what borrowed workers had is then done again elsewhere.",
    },
  ),
  logLevel: logLevelOption,
} as const;

/** Every flag of the command, in the order of its help. */
export const cliOptions = { ...masterOptions, ...commandOptions } as const;
