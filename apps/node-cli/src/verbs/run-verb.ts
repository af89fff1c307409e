import { complain, print, readCommandLine } from "@mutirao/command";
import { releaseEarlySignals } from "@mutirao/command/early-signals";
import { printable } from "@mutirao/protocol";
import packageJson from "../../package.json" with { type: "json" };
import { splitOperands } from "./split-operands.ts";
import { type Failure, type Verb, wrongFlag } from "./verb.ts";
import { HTTP_VARIABLE } from "./verb-options.ts";

const ENDING =
  "Exit codes: 0 all went well; 1 the master said no, the task did not end well, or an alarm stands; 2 the flags are\n" +
  "wrong; 3 the master, or the monitor, cannot be reached.";

/** Runs a verb to its end and gives its exit code. */
export async function runVerb(verb: Verb, argv: readonly string[]): Promise<number> {
  // A verb that is interrupted has not done what was asked, and the system says so.
  releaseEarlySignals();
  const name = `node-cli ${verb.name}`;
  const { flags, operands } = splitOperands(argv, verb.table);
  const commandLine = readCommandLine(flags, {
    name: `${name} ${verb.operands}`.trim(),
    description: verb.summary,
    version: packageJson.version,
    table: verb.table,
    examples: verb.examples,
    ending: ENDING,
  });
  if (commandLine.kind === "print") return print(name, commandLine.text);
  if (commandLine.kind === "wrong") return complain(name, commandLine);
  if (verb.operands === "" && operands.length > 0) return complain(name, superfluous(operands));
  const failure = await verb.run(withEnvironment(commandLine.typed), operands);
  if (failure === undefined) return 0;
  complain(name, failure);
  return failure.exitCode;
}

const superfluous = ([first = ""]: readonly string[]): Failure =>
  wrongFlag({
    code: "ERR_OPTION_UNKNOWN",
    message: `${printable(first)} is too much: nothing but flags goes behind the verb, see --help`,
  });

/** What the command line does not say, the environment may. */
function withEnvironment<Typed extends { readonly http?: unknown }>(typed: Typed): Typed {
  const http = process.env[HTTP_VARIABLE];
  return typed.http !== undefined || http === undefined || http === "" ? typed : { ...typed, http };
}
