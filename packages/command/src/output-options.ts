import { choiceOption } from "@mutirao/node-core";

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** How loud a command's log is. */
export const logLevelOption = choiceOption(logLevels, "info", {
  flag: "--log-level <level>",
  group: "Output",
  consequence: "The least grave log entry on stderr (for people on a terminal, JSON otherwise).",
});
