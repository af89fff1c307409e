import { type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";
import { createLineOutput } from "./line-output.ts";
import type { LogLevel } from "./output-options.ts";

/**
 * Logs go to stderr, so that stdout is for what was asked for: for people on a terminal, JSON otherwise. A log that
 * cannot be written, as on a full disk, is no reason to end: how many entries are missing is said when it can.
 *
 * @param base what every entry carries, such as the id of the node.
 */
export function createLogger(level: LogLevel, base: Readonly<Record<string, string>>): Logger {
  const output = createLineOutput(
    process.stderr,
    () => {},
    (leftOut) => logger.warn({ event: "log-left-out", leftOut }, `${leftOut} log entries could not be written`),
  );
  const logger = process.stderr.isTTY
    ? pino({ level, base }, { write: (line: string) => output.write(forPeople(line)) })
    : pino({ level, base, timestamp: stdTimeFunctions.isoTime }, output);
  return logger;
}

const forPeople = pretty.prettyFactory({ hideObject: true, translateTime: "SYS:HH:MM:ss.l" });
