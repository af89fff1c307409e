import { logLevelOption } from "@mutirao/command";
import { heartbeatOptions, switchOption } from "@mutirao/node-core";

/** How the node shows itself. Not part of the node: a host without a terminal has no use for it. */
export const outputOptions = {
  json: switchOption({
    flag: "--json",
    group: "Output",
    consequence:
      "Prints one JSON object per line on stdout: the registry once per interval, from when somebody was seen, and " +
      "every change of a peer's status. Without it, the registry in one line for people.",
  }),
  logLevel: logLevelOption,
} as const;

/** Every flag of the command, in the order of its help. */
export const cliOptions = { ...heartbeatOptions, ...outputOptions } as const;
