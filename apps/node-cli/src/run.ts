import { type OptionProblem, parseHeartbeatOptions, readOptions } from "@mutirao/node-core";
import packageJson from "../package.json" with { type: "json" };
import { cliOptions, outputOptions } from "./cli-options.ts";
import { readCommandLine } from "./command-line.ts";
import { runNode } from "./run-node.ts";

/** Exit code after a mistake in the flags, or when the node cannot listen. */
const EXIT_WRONG = 2;

/** Runs the command to its end and gives its exit code. `--help` and `--version` end at once, a node by a signal. */
export async function run(argv: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(argv, cliOptions, packageJson.version);
  if (commandLine.kind === "print") {
    process.stdout.write(commandLine.text);
    return 0;
  }
  if (commandLine.kind === "wrong") return complain(commandLine);
  const node = parseHeartbeatOptions(commandLine.typed);
  if (!("values" in node)) return complain(node);
  const output = readOptions(outputOptions, commandLine.typed);
  if (!("values" in output)) return complain(output);
  const problem = await runNode(node.values, output.values);
  return problem === undefined ? 0 : complain(problem);
}

/** One line that says what is wrong and what to do; the code is for scripts, and for docs/errors.md. */
function complain({ code, message }: Pick<OptionProblem, "message"> & { readonly code: string }): number {
  process.stderr.write(`node-cli: ${message} [${code}]\n`);
  return EXIT_WRONG;
}
