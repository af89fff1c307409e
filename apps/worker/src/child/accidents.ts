import { describeThrown, oneLine } from "./describe-thrown.ts";

/**
 * Tells of what no promise can: something thrown where nobody catches it, and the process being ended from inside.
 * The process itself is left to whoever started it, who knows what else runs in it.
 *
 * @param tell told what happened, and whether the process is ending.
 */
export function watchForAccidents(tell: (message: string, isEnding: boolean) => void): void {
  process.on("uncaughtException", (error) =>
    tell(`it threw in the background: ${oneLine(describeThrown(error))}`, false),
  );
  process.on("unhandledRejection", (reason) =>
    tell(`it left a rejected promise without a catch: ${oneLine(describeThrown(reason))}`, false),
  );
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    tell(`it called process.exit(${code ?? ""})`, true);
    return exit(code);
  };
}
