import { fileURLToPath } from "node:url";
import {
  type ForeignPeer,
  type ForeignProcess,
  type LogRecord,
  messageOf,
  type Processes,
  startForeign,
} from "@mutirao/process-tests";

/** Masters of the class, each by the style in which it serves workers; what each does stands in its file. */
type MasterName = "pull" | "listening_pull" | "push" | "rude" | "lending";

/** Starts a master of the class on a free port (unless the flags name one) and waits until it listens. */
export function startClassMaster(
  processes: Processes,
  name: MasterName,
  ...flags: readonly string[]
): Promise<ForeignPeer> {
  const file = fileURLToPath(new URL(`../peers/${name}_master.py`, import.meta.url));
  return startForeign(processes, `${name} master`, file, flags);
}

/** Flags by which a master gets these tasks. */
export const tasksFor = (...users: readonly string[]): readonly string[] => users.flatMap((user) => ["--task", user]);

/** Where the workers of a master connect that pushes. */
export const pushAddress = ({ host, port }: ForeignPeer): string => `${host}:${port + 1}`;

/** Each result that a master took, with the user of the task that it took it for. */
export const recorded = (master: ForeignProcess): readonly (readonly [user: unknown, message: LogRecord])[] =>
  master.reports("result").map((result) => [result["user"], messageOf(result)]);

/** A result of this user's task has come. */
export const resultFor = (master: ForeignProcess, user: unknown): Promise<LogRecord> =>
  master.report("result", (result) => JSON.stringify(result["user"]) === JSON.stringify(user));
