import { type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";
import type { LogLevel } from "./cli-options.ts";

/** Logs go to stderr, so that stdout is the registry's alone: for people on a terminal, JSON otherwise. */
export function createLogger(level: LogLevel, serverId: string): Logger {
  const base = { server_id: serverId };
  if (process.stderr.isTTY) {
    const stream = pretty({ destination: 2, sync: true, hideObject: true, translateTime: "SYS:HH:MM:ss.l" });
    return pino({ level, base }, stream);
  }
  return pino({ level, base, timestamp: stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}
