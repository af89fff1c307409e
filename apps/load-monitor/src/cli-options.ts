import { logLevelOption } from "@mutirao/command";
import { choiceOption, countOption, endpointSchema, type OptionSchema, switchOption } from "@mutirao/node-core";
import type { Endpoint } from "@mutirao/primitives";
import { z } from "zod";

function listenOption(flag: string, fallback: string, consequence: string): OptionSchema<Endpoint> {
  return {
    meta: {
      flag,
      group: "Node",
      unit: "host:port",
      range: "an address of this machine",
      default: fallback,
      consequence,
    },
    schema: z.string().default(fallback).pipe(listenSchema),
  };
}

/** Port 0 is no address to call on, and takes any free one to listen on. */
const listenSchema: z.ZodType<Endpoint, string> = z.string().transform((text, context) => {
  const read = endpointSchema.safeParse(text.replace(/:0$/, ":1"));
  if (read.success) return text.endsWith(":0") ? { ...read.data, port: 0 } : read.data;
  context.addIssue(read.error.issues[0]?.message ?? "it is not host:port");
  return z.NEVER;
});

const webhook: OptionSchema<string | undefined> = {
  meta: {
    flag: "--webhook <url>",
    group: "Output",
    unit: "URL",
    range: "http:// or https://",
    consequence: "Where every alarm is sent as JSON (POST) when it is raised and when it is cleared, up to five times.",
  },
  schema: z.url({ protocol: /^https?$/ }).optional(),
};

const replay: OptionSchema<string | undefined> = {
  meta: {
    flag: "--replay <file>",
    group: "Output",
    unit: "file",
    range: "a recording of /events",
    consequence: "Plays a recording instead of taking reports: nothing of what is shown happens now.",
  },
  schema: z.string().min(1).optional(),
};

const speed: OptionSchema<number> = {
  meta: {
    flag: "--speed <n>",
    group: "Output",
    unit: "times",
    range: "0.01 to 10000",
    default: "1",
    consequence: "How fast the recording is played.",
  },
  schema: z
    .string()
    .regex(/^\d{1,5}(?:\.\d{1,6})?$/)
    .transform(Number)
    .pipe(z.number().min(0.01).max(10_000))
    .prefault("1"),
};

const dataDir: OptionSchema<string> = {
  meta: {
    flag: "--data-dir <path>",
    group: "Node",
    unit: "folder",
    range: "is made if it is not there",
    default: "./monitor-data",
    consequence:
      "Where the last 24 hours are kept, so that they are there after a restart. One monitor at a time may use it.",
  },
  schema: z.string().min(1).default("./monitor-data"),
};

/** Every flag of the command, in the order of its help. */
export const cliOptions = {
  listen: listenOption(
    "--listen <host:port>",
    "127.0.0.1:9190",
    "Where load reports are taken, from masters of any team. Whoever reaches it can make masters up.",
  ),
  http: listenOption("--http <host:port>", "127.0.0.1:9191", "Where the page, the API and /metrics are."),
  httpAnywhere: switchOption({
    flag: "--http-anywhere",
    group: "Node",
    consequence: "Lets --http be no loopback address. There are no passwords: whoever reaches it sees everything.",
  }),
  dataDir,
  history: choiceOption(["disk", "off"], "disk", {
    flag: "--history <where>",
    group: "Node",
    consequence: "off: nothing is kept, and a restart begins with nothing.",
  }),
  follow: choiceOption(["on", "off"], "on", {
    flag: "--follow <on|off>",
    group: "Load",
    consequence:
      "on: the event stream of each master of ours is read, at the address that its reports come from, so that its " +
      "notices are there at once. off: nobody is called on, and they come with the reports.",
  }),
  mastersMax: countOption(
    { unit: "masters", min: 1, max: 10_000, default: 1_000 },
    {
      flag: "--masters-max <n>",
      group: "Limits",
      consequence: "Masters that are known at once. Of more, one is forgotten, of the address that sent the most ids.",
    },
  ),
  webhook,
  replay,
  speed,
  logLevel: logLevelOption,
} as const;
