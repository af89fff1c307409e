import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkerNames } from "../src/checker-names.ts";
import { filesOf, mutate } from "../src/mutation/apply-mutant.ts";
import { mutants } from "../src/mutation/mutants.ts";
import { runSimulator } from "./simulator-process.ts";

const SEEDS_MAX = 200;

describe("the checkers see: deliberate mistakes in the core are found", () => {
  test.concurrent.each(mutants)("$name: $what", { timeout: 120_000 }, async ({ name, caughtBy, world = "pulse" }) => {
    const flags = ["--world", world, "--mutant", name, "--checker", caughtBy, "--seeds", String(SEEDS_MAX)];
    const { exitCode, stdout, stderr } = await runSimulator(...flags);
    const verdict = stdout.trim().split("\n").at(-1) ?? "";
    // How long each one takes is worth seeing: a checker that needs ever more seeds is going blind.
    process.stdout.write(`${verdict}\n`);
    expect(stderr).toBe("");
    expect(verdict).toMatch(new RegExp(`^mutant ${name} caught by ${caughtBy} after \\d+ seeds$`));
    expect(exitCode).toBe(1);
  });

  test("every checker is tripped by at least one of them", () => {
    const tripped = new Set(mutants.map(({ caughtBy }) => caughtBy));
    expect(checkerNames.filter((name) => !tripped.has(name))).toEqual([]);
  });

  test("no two have one name", () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });
});

describe("how a mistake is put in", () => {
  test.each(mutants)("$name changes its files in one place each", (mutant) => {
    for (const file of filesOf(mutant)) {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
      const mutated = mutate(mutant, file, source);
      expect(mutated).not.toBeUndefined();
      expect(mutated).not.toBe(source);
    }
  });

  test("a text that is not there, or there twice, is told, not passed over", () => {
    const [mutant] = mutants;
    if (mutant === undefined) throw new Error("there are mutants");
    expect(mutate(mutant, mutant.file, "something else")).toBeUndefined();
    expect(mutate(mutant, mutant.file, `${mutant.find}${mutant.find}`)).toBeUndefined();
  });

  test("an unknown mutant is an error", async () => {
    const { exitCode, stderr } = await runSimulator("--mutant", "nobody");
    expect([exitCode, stderr]).toEqual([2, "sim: there is no mutant nobody: --mutant list names them all\n"]);
  });
});
