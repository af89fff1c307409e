import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { type Mutant, mutants } from "./mutants.ts";

const packagesUrl = new URL("../../../", import.meta.url).href;

/**
 * Puts a deliberate mistake into the core as it is loaded; its file on disk stays as it is. Must be called before the
 * core is imported. Gives what is wrong, if the mutant cannot be applied.
 */
export function applyMutant(name: string): string | undefined {
  const mutant = mutants.find((candidate) => candidate.name === name);
  if (mutant === undefined) return `there is no mutant ${name}: --mutant list names them all`;
  const url = `${packagesUrl}${mutant.file}`;
  const mutated = mutate(mutant, readFileSync(fileURLToPath(url), "utf8"));
  if (mutated === undefined) return `the mutant ${name} is stale: its text is not found exactly once in ${mutant.file}`;
  registerHooks({
    load(loaded, context, nextLoad) {
      if (loaded !== url) return nextLoad(loaded, context);
      return { format: "module-typescript", source: mutated, shortCircuit: true };
    },
  });
  return undefined;
}

/** The source with the mistake, or `undefined` if a place for it is not there, or there more than once. */
export function mutate({ find, replace, more = [] }: Mutant, source: string): string | undefined {
  let mutated = source;
  for (const edit of [{ find, replace }, ...more]) {
    const parts = mutated.split(edit.find);
    if (parts.length !== 2) return undefined;
    mutated = parts.join(edit.replace);
  }
  return mutated;
}
