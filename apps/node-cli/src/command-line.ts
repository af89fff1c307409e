import type { OptionProblem, OptionSchema, TypedOptions } from "@mutirao/node-core";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** What the command line asks for: to run with these options, or to print something and end. */
export type CommandLine =
  | { readonly kind: "run"; readonly typed: TypedOptions }
  | { readonly kind: "print"; readonly text: string }
  | ({ readonly kind: "wrong" } & Pick<OptionProblem, "code" | "message">);

const GROUPS = ["Node", "Heartbeat", "Output", "Limits"] as const;

const EXAMPLES = `
Examples:
  node-cli --port 9101 --peer 127.0.0.1:9102
  node-cli --port 9101 --host 192.168.0.5 --peer node-b:9101 --peer [fe80::1]:9101 --interval 2 --timeout 6
  node-cli --port 0 --peer 127.0.0.1:9102 --json | jq .

Ends with SIGINT or SIGTERM: exit code 0. A mistake in the flags, or a port that is taken: exit code 2.`;

/** Reads the command line by a table of options. Values are still text; the options' own schemas read them. */
export function readCommandLine(
  argv: readonly string[],
  table: Readonly<Record<string, OptionSchema<unknown>>>,
  version: string,
): CommandLine {
  const written: string[] = [];
  const command = createCommand(table, version, (text) => written.push(text));
  try {
    command.parse(withoutSeparator(argv), { from: "user" });
    return { kind: "run", typed: typedOptions(command, table) };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "print", text: written.join("") };
    return { kind: "wrong", ...explain(error) };
  }
}

/** `pnpm --filter node-cli start -- --port 9101` hands the `--` on to the program; it means nothing there. */
function withoutSeparator(argv: readonly string[]): string[] {
  return argv[0] === "--" ? argv.slice(1) : [...argv];
}

function createCommand(
  table: Readonly<Record<string, OptionSchema<unknown>>>,
  version: string,
  write: (text: string) => void,
): Command {
  const command = new Command("node-cli")
    .description("A node that keeps the pulse of its peers and answers theirs: heartbeats over TCP, in JSON lines.")
    .version(version, "--version", "Prints the version.")
    .helpOption("--help", "Prints this help.")
    .addHelpText("after", EXAMPLES)
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} });
  for (const group of GROUPS) {
    for (const option of Object.values(table)) {
      if (option.meta.group === group) command.addOption(toCommanderOption(option));
    }
  }
  return command;
}

function toCommanderOption({ meta }: OptionSchema<unknown>): Option {
  const option = new Option(meta.flag, describe(meta)).helpGroup(`${meta.group}:`);
  if (meta.unit === "") return option;
  return option.argParser((text: string, previous: unknown) => {
    if (meta.isRepeatable) return [...(Array.isArray(previous) ? previous : []), text];
    // The last one would win without a word, and the first would be missed for hours.
    if (previous !== undefined) throw new InvalidArgumentError("It is given twice, give it once");
    return text;
  });
}

function describe(meta: OptionSchema<unknown>["meta"]): string {
  const facts = [
    meta.unit === "" ? "" : `${meta.unit}, ${meta.range}`,
    meta.isRequired ? "required" : "",
    meta.isRepeatable ? "repeatable" : "",
    meta.default === undefined ? "" : `default ${meta.default}`,
  ];
  return `${meta.consequence} (${facts.filter((fact) => fact !== "").join("; ")})`;
}

/** Commander names values after their flags; the table names them after what they are. */
function typedOptions(command: Command, table: Readonly<Record<string, OptionSchema<unknown>>>): TypedOptions {
  const values = command.opts<Record<string, string | string[] | boolean>>();
  const typed: Record<string, string | readonly string[] | boolean> = {};
  for (const [name, { meta }] of Object.entries(table)) {
    const value = values[new Option(meta.flag).attributeName()];
    if (value !== undefined) typed[name] = value;
  }
  return typed;
}

/** Commander says what is wrong, starting with "error: " and with a suggestion on a second line; we add what to do. */
function explain({ code, message }: CommanderError): Pick<OptionProblem, "code" | "message"> {
  const what = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  switch (code) {
    case "commander.unknownOption":
      return { code: "ERR_OPTION_UNKNOWN", message: `${what}: leave it out, or see --help for all flags` };
    case "commander.excessArguments":
      return { code: "ERR_OPTION_UNKNOWN", message: `${what} Every value goes after its flag: see --help` };
    default:
      return { code: "ERR_OPTION_INVALID", message: `${what}: see --help for what each flag takes` };
  }
}
