import { catchEarlyMistakes } from "./early-mistakes.ts";
import { catchEarlySignals } from "./early-signals.ts";

/** After its end a program leaves nothing behind but, perhaps, output that nobody reads. */
const OUTPUT_GRACE_MS = 300;

/**
 * Runs a program of ours, from its very first line: signals count from now on, also while the rest of it is loaded, and a
 * mistake of ours has its exit code. This file and what it imports are there before all others.
 *
 * @param load imports the module that does it: `run` takes what was typed, and gives the exit code.
 */
export async function runProgram(
  load: () => Promise<{ readonly run: (argv: readonly string[]) => Promise<number> }>,
): Promise<void> {
  catchEarlySignals();
  catchEarlyMistakes();
  const { run } = await load();
  process.exitCode = await run(process.argv.slice(2));
  setTimeout(() => process.exit(), OUTPUT_GRACE_MS).unref();
}
