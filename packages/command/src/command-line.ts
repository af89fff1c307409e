import { type OptionProblem, type OptionSchema, optionGroups, type TypedOptions } from "@mutirao/node-core";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** What the command line asks for: to run with these options, or to print something and end. */
export type CommandLine =
  | { readonly kind: "run"; readonly typed: TypedOptions }
  | { readonly kind: "print"; readonly text: string }
  | ({ readonly kind: "wrong" } & Pick<OptionProblem, "code" | "message">);

/** What a command says of itself, and the options that it takes. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** In the order of the help, which shows them by group. */
  readonly table: Readonly<Record<string, OptionSchema<unknown>>>;
  /** Shown below the flags, one line each. */
  readonly examples: readonly string[];
  /** How it ends, and with which exit codes. */
  readonly ending: string;
}

/** Reads the command line by a table of options. Values are still text; the options' own schemas read them. */
export function readCommandLine(argv: readonly string[], description: CommandDescription): CommandLine {
  const { table } = description;
  const written: string[] = [];
  const command = createCommand(description, (text) => written.push(text));
  try {
    command.parse(withoutSeparator(argv), { from: "user" });
    return { kind: "run", typed: typedOptions(command, table) };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "print", text: written.join("") };
    return { kind: "wrong", ...explain(error, command.args) };
  }
}

/** `pnpm --filter node-cli start -- --port 9101` hands the `--` on to the program; it means nothing there. */
function withoutSeparator(argv: readonly string[]): string[] {
  return argv[0] === "--" ? argv.slice(1) : [...argv];
}

function createCommand(
  { name, description, version, table, examples, ending }: CommandDescription,
  write: (text: string) => void,
): Command {
  const command = new Command(name)
    .description(description)
    .version(version, "--version", "Prints the version.")
    .helpOption("-h, --help", "Prints this help.")
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}\n`).join("")}\n${ending}`)
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} });
  for (const group of optionGroups) {
    for (const option of Object.values(table)) {
      if (option.meta.group === group) command.addOption(toCommanderOption(option));
    }
  }
  return command;
}

/** To Commander every `--no-...` is a switch that is on until it is named; one that takes a value is none. */
function createOption({ meta }: OptionSchema<unknown>): Option {
  const option = new Option(meta.flag, describe(meta));
  if (meta.unit !== "") option.negate = false;
  return option;
}

function toCommanderOption(schema: OptionSchema<unknown>): Option {
  const { meta } = schema;
  const option = createOption(schema).helpGroup(`${meta.group}:`);
  if (meta.unit === "") return option;
  return option.argParser((text: string, previous: unknown) => {
    if (meta.isRepeatable) return [...(Array.isArray(previous) ? previous : []), text];
    // The last one would win without a word, and the first would be missed for hours.
    if (previous !== undefined) throw new InvalidArgumentError("");
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
  for (const [name, schema] of Object.entries(table)) {
    const value = values[createOption(schema).attributeName()];
    if (value !== undefined) typed[name] = value;
  }
  return typed;
}

/**
 * Commander says what is wrong, starting with "error: " and with a suggestion on a second line; we add what to do.
 *
 * @param operands what was typed that is neither a flag nor the value of one.
 */
function explain(
  { code, message }: CommanderError,
  operands: readonly string[],
): Pick<OptionProblem, "code" | "message"> {
  const what = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  const flag = /'(--[\w-]+)/.exec(what)?.[1] ?? "a flag";
  switch (code) {
    case "commander.unknownOption":
      return { code: "ERR_OPTION_UNKNOWN", message: `${what}: leave it out, or see --help for all flags` };
    case "commander.excessArguments": {
      const typed = JSON.stringify(operands.join(" "));
      return { code: "ERR_OPTION_UNKNOWN", message: `${typed} belongs to no flag: see --help for what there is` };
    }
    case "commander.optionMissingArgument":
      return { code: "ERR_OPTION_INVALID", message: `${flag} needs a value: see --help for what it takes` };
    case "commander.invalidArgument":
      return { code: "ERR_OPTION_INVALID", message: `${flag} is given twice: give it once` };
    default:
      return { code: "ERR_OPTION_INVALID", message: `${what}: see --help for what each flag takes` };
  }
}
