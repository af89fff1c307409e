import type { OptionProblem } from "@mutirao/node-core";

/** Exit code after a mistake in the flags, or when a command cannot begin. */
const EXIT_WRONG = 2;

/** One line that says what is wrong and what to do; the code is for scripts, and for docs/errors.md. Gives the exit code. */
export function complain(
  command: string,
  { code, message }: Pick<OptionProblem, "message"> & { readonly code: string },
): number {
  // On a full disk there is still the exit code.
  process.stderr.on("error", () => {});
  process.stderr.write(`${command}: ${message} [${code}]\n`);
  return EXIT_WRONG;
}
