import { choiceOption, heartbeatOptions, switchOption } from "@mutirao/node-core";

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** How the node shows itself. Not part of the node: a host without a terminal has no use for it. */
export const outputOptions = {
  json: switchOption({
    flag: "--json",
    group: "Output",
    consequence:
      "Prints one JSON object per line on stdout: the registry once per interval, and every change of a peer's " +
      "status. Without it, the registry in one line for people.",
  }),
  logLevel: choiceOption(logLevels, "info", {
    flag: "--log-level <level>",
    group: "Output",
    consequence: "The least grave log entry on stderr (for people on a terminal, JSON otherwise).",
  }),
} as const;

/** Every flag of the command, in the order of its help. */
export const cliOptions = { ...heartbeatOptions, ...outputOptions } as const;
