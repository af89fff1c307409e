import { parseArgs } from "node:util";
import type { Plan, Suite } from "./suite.ts";

/** What the command line asks for. */
export type Command =
  | { readonly kind: "run"; readonly suite: Suite; readonly plan: Plan; readonly isWritten: boolean }
  | { readonly kind: "help" }
  /** One line that says what is wrong and what to do. */
  | { readonly kind: "mistake"; readonly message: string };

const options = {
  quick: { type: "boolean", default: false },
  only: { type: "string", multiple: true },
  rounds: { type: "string" },
  profile: { type: "boolean", default: false },
  "no-write": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

const ROUNDS_MAX = 1_000;

export function parseCommand(args: readonly string[], suites: readonly Suite[]): Command {
  // pnpm hands on the "--" that other script runners swallow.
  const given = args[0] === "--" ? args.slice(1) : [...args];
  const parsed = tryParse([...given]);
  if ("message" in parsed) return mistake(parsed.message);
  const { values, positionals } = parsed;
  if (values.help) return { kind: "help" };
  const [suiteName, ...rest] = positionals;
  const suiteNames = suites.map(({ name }) => name).join(", ");
  if (suiteName === undefined) return mistake(`say what to measure (${suiteNames}), or see --help`);
  const suite = suites.find(({ name }) => name === suiteName);
  if (suite === undefined) return mistake(`${suiteName} cannot be measured: choose one of ${suiteNames}`);
  if (rest.length > 0) return mistake(`${rest[0]} is one word too many: measure one thing at a time`);
  const { quick: isQuick, only = [], profile: isProfiling } = values;
  const unknown = only.find((name) => !suite.scenarios.includes(name));
  if (unknown !== undefined) {
    return mistake(`--only ${unknown} is no scenario of ${suite.name}: choose of ${suite.scenarios.join(", ")}`);
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= ROUNDS_MAX)) {
    return mistake(`--rounds ${values.rounds} is not possible: give it a whole number from 1 to ${ROUNDS_MAX}`);
  }
  const plan: Plan = { isQuick, only, rounds, isProfiling };
  // A page holds the figures of one whole run, or nobody could tell which of them belong together.
  const isWhole = !isQuick && only.length === 0;
  return { kind: "run", suite, plan, isWritten: isWhole && !values["no-write"] };
}

const mistake = (message: string): Command => ({ kind: "mistake", message });

function tryParse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // Node's own message goes on to explain positionals; its first sentence is what the user needs.
    const [firstSentence = ""] = (error as Error).message.split(/\. |\n/);
    return { message: `${firstSentence}: see --help` };
  }
}

export function helpText(suites: readonly Suite[]): string {
  const width = Math.max(...suites.map(({ name }) => name.length)) + 2;
  const lines = suites.flatMap(({ name, summary, scenarios }) => [
    `  ${name.padEnd(width)}${summary}`,
    `${" ".repeat(width + 2)}scenarios: ${scenarios.join(", ")}`,
  ]);
  return `Usage: bench <suite> [options]

Measures our code against references, prints a table, and writes it to docs/benchmarks.md.

Suites:
${lines.join("\n")}

Options:
  --quick            a smoke run: every row, too short for figures that mean something; writes nothing
  --only <scenario>  run this scenario (repeat it for several); writes nothing
  --rounds <n>       how many times each contestant is measured (1 to ${ROUNDS_MAX})
  --profile          also sample our own process afterwards, and list the functions by self time
  --no-write         leave docs/benchmarks.md as it is
  -h, --help         show this
`;
}
