import { flagName, type OptionSchema } from "@mutirao/node-core";

/** What stands behind a verb: flags with their values, and what stands alone. */
export interface SplitArguments {
  readonly flags: readonly string[];
  readonly operands: readonly string[];
}

/**
 * Tells flags from operands. The value of a flag is whatever follows it, also if it begins with a dash; after `--`
 * everything is an operand, and `-` alone always is.
 */
export function splitOperands(
  argv: readonly string[],
  table: Readonly<Record<string, OptionSchema<unknown>>>,
): SplitArguments {
  const valued = new Set(
    Object.values(table)
      .filter(({ meta }) => meta.unit !== "")
      .map(flagName),
  );
  const flags: string[] = [];
  const operands: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const text = argv[index] ?? "";
    if (text === "--") {
      operands.push(...argv.slice(index + 1));
      break;
    }
    if (text === "-" || !text.startsWith("-")) operands.push(text);
    else {
      flags.push(text);
      const value = argv[index + 1];
      if (valued.has(text) && value !== undefined) {
        flags.push(value);
        index++;
      }
    }
  }
  return { flags, operands };
}
