import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkers } from "../src/lending/checkers/table.ts";
import { mutants } from "../src/mutation/mutants.ts";

const text = readFileSync(new URL("../../../docs/simulator.md", import.meta.url), "utf8");

/** The rows of the table under this heading, without its head. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const part = text.split(`${heading}\n`)[1]?.split("\n#")[0] ?? "";
  const rows = part.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const quoted = (cell: string | undefined): readonly string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

describe("what docs/simulator.md says of mistakes and their mutants", () => {
  const rows = rowsUnder("### Mistakes that must be found");

  test.each(rows)("%s %s is found in the world %s by %s, after %s seeds", (_, mutant, world, checker, seeds) => {
    const known = mutants.find(({ name }) => name === quoted(mutant)[0]);
    expect([known?.world ?? "pulse", known?.caughtBy]).toEqual([world, quoted(checker)[0]]);
    expect(Number(seeds)).toBeGreaterThan(0);
    expect(Number(seeds)).toBeLessThanOrEqual(200);
  });

  test("there are as many as the design of lending names, but for the one that is made elsewhere", () => {
    expect(rows.filter(([mistake]) => mistake !== "")).toHaveLength(19);
  });
});

describe("what docs/simulator.md says of promises and checkers", () => {
  const named = new Set(
    rowsUnder("### What is promised of lending, and who watches").flatMap(([, who]) => quoted(who)),
  );
  const others = new Set(["replay", "wall-jump", "order", "hysteresis", "requests", "answers"]);

  test("each that judges in the world of lending watches over one, or over the farm alone", () => {
    expect(Object.keys(checkers).filter((name) => !named.has(name) && !others.has(name))).toEqual([]);
  });

  test("and there is each that is named", () => {
    expect([...named].filter((name) => !(name in checkers) && !others.has(name))).toEqual([]);
  });
});
