import { describe, expect, test } from "vitest";
import { parseArguments } from "../src/arguments.ts";

describe("the arguments", () => {
  test("many seeds from the first one on, by default", () => {
    expect(parseArguments([])).toMatchObject({ seed: undefined, seeds: 100, first: 0, trace: false, help: false });
    expect(parseArguments([])).toMatchObject({ jobs: undefined });
  });

  test("on so many threads", () => {
    expect(parseArguments(["--seeds", "7", "--jobs", "3"])).toMatchObject({ seeds: 7, jobs: 3 });
  });

  test("one seed with its trace, and a literal -- in front", () => {
    expect(parseArguments(["--", "--seed", "42", "--trace"])).toMatchObject({ seed: "42", trace: true });
  });

  test("one world, or both", () => {
    expect(parseArguments(["--world", "farm"])).toMatchObject({ world: "farm" });
    expect(parseArguments([])).toMatchObject({ world: undefined });
  });

  test("seeds drawn from a commit, with a mutant, under one checker", () => {
    const argv = ["--seeds", "300", "--commit", "abc", "--mutant", "no-back-off", "--checker", "beats"];
    const wanted = { seeds: 300, commit: "abc", mutant: "no-back-off", checker: "beats" };
    expect(parseArguments(argv)).toMatchObject(wanted);
  });

  test.each([
    [["--sedes", "3"], "--sedes is not a flag of the simulator: see --help"],
    [["3"], "3 is not a flag of the simulator: see --help"],
    [["--seeds"], "--seeds needs a value: see --help"],
    [["--seeds", "0"], "--seeds must be a whole number from 1 to 1000000, not 0"],
    [["--seeds", "1e3"], "--seeds must be a whole number from 1 to 1000000, not 1e3"],
    [["--jobs", "0"], "--jobs must be a whole number from 1 to 256, not 0"],
    [["--jobs", "all"], "--jobs must be a whole number from 1 to 256, not all"],
    [["--seed", "1", "--jobs", "2"], "--seed replays one seed, --jobs spreads many: give one of them"],
    [["--first", "-1"], "--first must be a whole number, not -1"],
    [["--seed", "abc"], "--seed must be a whole number, not abc"],
    [["--seed", "1", "--seed", "2"], "--seed is given twice"],
    [["--seed", "1", "--seeds", "2"], "--seed replays one seed, --seeds runs many: give one of them"],
    [["--world", "moon"], "--world must be pulse, farm or lending, not moon"],
    [["--trace"], "--trace shows one run: give it together with --seed"],
    [["--commit", "abc", "--first", "3"], "--commit draws its own seeds: leave --first out"],
  ])("%j: %s", (argv, problem) => {
    expect(parseArguments(argv)).toEqual({ problem });
  });
});
