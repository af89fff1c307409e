import {
  type OptionProblem,
  type OptionSchema,
  type OptionValues,
  readOptions,
  type TypedOptions,
} from "@mutirao/node-core";

/** Why a verb did not do what was asked, in one line, and the exit code that says so to scripts. */
export interface Failure {
  /** 1: the master said no, the task did not end well, or an alarm stands; 2: the flags are wrong; 3: nobody answers. */
  readonly exitCode: 1 | 2 | 3;
  readonly code: string;
  readonly message: string;
}

/** One thing that an operator can ask of a master, from the command line. */
export interface Verb {
  readonly name: string;
  /** What goes behind the verb, such as `<id>`; empty if nothing does. */
  readonly operands: string;
  /** One line. */
  readonly summary: string;
  readonly table: Readonly<Record<string, OptionSchema<unknown>>>;
  readonly examples: readonly string[];
  /** Does it. Gives nothing if all went well. */
  run(typed: TypedOptions, operands: readonly string[]): Promise<Failure | undefined>;
}

interface VerbDefinition<Table extends Readonly<Record<string, OptionSchema<unknown>>>>
  extends Omit<Verb, "table" | "run"> {
  readonly table: Table;
  readonly run: (values: OptionValues<Table>, operands: readonly string[]) => Promise<Failure | undefined>;
}

/** Makes a verb that reads its flags by its own table. */
export function defineVerb<Table extends Readonly<Record<string, OptionSchema<unknown>>>>(
  definition: VerbDefinition<Table>,
): Verb {
  return {
    ...definition,
    async run(typed, operands) {
      const read = readOptions(definition.table, typed);
      return "values" in read ? definition.run(read.values, operands) : wrongFlag(read);
    },
  };
}

/** The flags, or what stands behind the verb, cannot be meant so. */
export const wrongFlag = ({ code, message }: Pick<OptionProblem, "code" | "message">): Failure => ({
  exitCode: 2,
  code,
  message,
});
