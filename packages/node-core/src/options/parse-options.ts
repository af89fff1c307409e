import type { OptionSchema } from "./option.ts";

/** What is wrong with the options of a node, by stable code. */
export const optionErrors = {
  ERR_OPTION_MISSING: "A flag that is required is not there.",
  ERR_OPTION_UNKNOWN: "There is no such flag. `--help` lists them all.",
  ERR_OPTION_INVALID: "A flag's value is not of its form, or out of its range.",
  ERR_OPTION_CONFLICT: "Two flags contradict each other.",
} as const;

/** One thing that is wrong with the options, in one line: what, where, and what to do. */
export interface OptionProblem {
  readonly code: keyof typeof optionErrors;
  /** The flag, such as `--timeout`. */
  readonly flag: string;
  readonly message: string;
}

/** Two flags contradict each other. */
export const clash = (flag: string, message: string): OptionProblem => ({ code: "ERR_OPTION_CONFLICT", flag, message });

type OptionTable = { readonly [Name in string]: OptionSchema<unknown> };

/** The values that a table of options gives. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionSchema<infer T> ? T : never;
};

/** What was typed: texts, lists of texts for repeated flags, `true` for switches. Absent options are absent. */
export type TypedOptions = { readonly [Name in string]?: string | readonly string[] | boolean };

/** Reads what was typed by the table. Gives the values, or the first problem. */
export function readOptions<Table extends OptionTable>(
  table: Table,
  typed: TypedOptions,
): { readonly values: OptionValues<Table> } | OptionProblem {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const given = typed[name];
    const flag = flagName(option);
    if (given === undefined && option.meta.isRequired) {
      return { code: "ERR_OPTION_MISSING", flag, message: `${flag} is required: give it ${article(option)}` };
    }
    const result = option.schema.safeParse(given);
    if (!result.success) {
      const problem = typeof given === "object" ? firstBad(option, given) : { text: given, why: undefined };
      return { code: "ERR_OPTION_INVALID", flag, message: invalid(option, problem) };
    }
    values[name] = result.data;
  }
  return { values: values as OptionValues<Table> };
}

/** `--timeout` of `--timeout <s>`. */
export const flagName = (option: OptionSchema<unknown>): string => option.meta.flag.split(" ")[0] ?? option.meta.flag;

function firstBad(
  option: OptionSchema<unknown>,
  given: readonly string[],
): { text: string | undefined; why: string | undefined } {
  for (const text of given) {
    const result = option.schema.safeParse([text]);
    if (!result.success) return { text, why: result.error.issues[0]?.message };
  }
  return { text: given[0], why: undefined };
}

function invalid(option: OptionSchema<unknown>, bad: { text: unknown; why: string | undefined }): string {
  const why = bad.why === undefined ? "" : ` (${bad.why})`;
  return `${flagName(option)} cannot be ${JSON.stringify(bad.text)}${why}: give it ${article(option)}`;
}

function article({ meta }: OptionSchema<unknown>): string {
  const example = meta.default === undefined ? "" : `, such as ${meta.default}`;
  return `${meta.unit}, ${meta.range}${example}`;
}
