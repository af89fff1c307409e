import type { Logger } from "pino";
import { EXIT_CRASHED, releaseEarlyMistakes } from "./early-mistakes.ts";

/** How a process ends by a mistake of our own, by stable code. */
export const crashErrors = {
  ERR_CRASHED:
    "The process ended itself, by a mistake of ours, as nobody knows what it had left half done. What was accepted is " +
    "kept: start it again, and report what its log says. Exit code 4.",
} as const;

/** What becomes of our own mistakes, which are exceptions; what others do wrong never is. */
export interface Mistakes {
  /** One that concerns one line, or one who listens: that is left out, and all else goes on. */
  minor(where: string, error: unknown): void;
  /** One of which nobody knows what it has left half done. The process ends, with exit code 4. */
  fatal(error: unknown): void;
  readonly isFatal: boolean;
  /** How many minor ones there were, by where. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Of each kind, so many are logged with their stack; all are counted. */
const LOGGED_MAX = 10;
/** How long the end in good order may take. */
const ENDING_MS = 10_000;

/**
 * Takes over what nobody catches in this process.
 *
 * @param onFatal ends the process in good order; it is called once, and it is no matter if it fails or hangs.
 */
export function createMistakes(logger: Logger, onFatal: () => void): Mistakes {
  const counts = new Map<string, number>();
  let isFatal = false;

  const fatal = (error: unknown): void => {
    const text = "this ends by a mistake of ours: what was accepted is kept, start it again [ERR_CRASHED]";
    logger.fatal({ event: "crashed", code: "ERR_CRASHED", err: error }, text);
    if (isFatal) return;
    isFatal = true;
    setTimeout(() => process.exit(EXIT_CRASHED), ENDING_MS).unref();
    onFatal();
  };
  process.on("uncaughtException", fatal);
  releaseEarlyMistakes();
  return {
    minor(where, error) {
      const count = (counts.get(where) ?? 0) + 1;
      counts.set(where, count);
      if (count > LOGGED_MAX) return;
      const last = count === LOGGED_MAX ? "; more of this kind are only counted" : "";
      logger.error(
        { event: "mistake", where, err: error },
        `a mistake of ours cost one ${where}, and nothing else${last}`,
      );
    },
    fatal,
    get isFatal() {
      return isFatal;
    },
    counts,
  };
}
