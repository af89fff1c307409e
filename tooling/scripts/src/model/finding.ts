/** What a search came to. */
export interface Finding {
  readonly states: number;
  /** The property that does not hold; `undefined` if all of them hold in every state. */
  readonly violation: string | undefined;
}

/** What the checker prints of a property, and what that property is called here. The first that fits holds. */
const properties = [
  ["acceptance cycle", "it never ends"],
  ["invalid end state", "it is stuck"],
  ["ownerState", "HOME is believed while the worker is away"],
  ["unflushed", "an acknowledged result is not on the disk"],
  ["homeEpoch", "two masters are served under one epoch"],
  ["done[", "a task is recorded that nobody did"],
  ["recorded[", "a task is recorded twice"],
] as const;

/**
 * Reads what a verifier made by spin has printed. A search that was cut short has shown nothing, so that is a problem
 * and no finding.
 */
export function readFinding(output: string): Finding | { readonly problem: string } {
  const states = /^\s*(\S+) states, stored/m.exec(output)?.[1];
  const errors = /errors: (\d+)/.exec(output)?.[1];
  if (states === undefined || errors === undefined) return { problem: `the verifier printed no result:\n${output}` };
  if (errors !== "0") return { states: Number(states), violation: nameOf(output) };
  // Too deep, or too much memory: the warning for either is among the first lines.
  if (/Search not completed|max search depth/.test(output)) return { problem: "the search was not completed" };
  return { states: Number(states), violation: undefined };
}

function nameOf(output: string): string {
  const printed = /^pan:1: (.*?)(?: \(at depth \d+\))?$/m.exec(output)?.[1] ?? "an error without a name";
  return properties.find(([sign]) => printed.includes(sign))?.[1] ?? printed;
}
