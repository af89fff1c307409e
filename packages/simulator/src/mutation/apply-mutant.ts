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
  const sources = new Map<string, string>();
  for (const file of filesOf(mutant)) {
    const url = `${packagesUrl}${file}`;
    const mutated = mutate(mutant, file, readFileSync(fileURLToPath(url), "utf8"));
    if (mutated === undefined) return `the mutant ${name} is stale: its text is not found exactly once in ${file}`;
    sources.set(url, mutated);
  }
  registerHooks({
    load(loaded, context, nextLoad) {
      const source = sources.get(loaded);
      if (source === undefined) return nextLoad(loaded, context);
      return { format: "module-typescript", source, shortCircuit: true };
    },
  });
  return undefined;
}

/** The files in which a mistake shows, by their places in the folder of packages. */
export const filesOf = ({ file, more = [] }: Mutant): ReadonlySet<string> =>
  new Set([file, ...more.map((edit) => edit.file ?? file)]);

/** One of these files with the mistake, or `undefined` if a place for it is not there, or there more than once. */
export function mutate(
  { file: own, find, replace, more = [] }: Mutant,
  file: string,
  source: string,
): string | undefined {
  let mutated = source;
  for (const edit of [{ file: own, find, replace }, ...more]) {
    if ((edit.file ?? own) !== file) continue;
    const parts = mutated.split(edit.find);
    if (parts.length !== 2) return undefined;
    mutated = parts.join(edit.replace);
  }
  return mutated;
}
