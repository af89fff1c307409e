import { describe, expect, test } from "vitest";
import { replay } from "../src/batch.ts";
import { runSeed } from "../src/swarm/run.ts";

describe("same seed, same trace", () => {
  test.each(["1", "2", "3", "a text is a seed as well"])("seed %s", (seed) => {
    const lines: string[] = [];
    const again: string[] = [];
    const first = runSeed(seed, { print: (line) => lines.push(line) });
    const second = runSeed(seed, { print: (line) => again.push(line) });
    expect(again).toEqual(lines);
    expect([second.fingerprint, second.steps]).toEqual([first.fingerprint, first.steps]);
    expect(lines.length).toBeGreaterThan(100);
  });

  test("another seed goes another way, and the comparison notices", () => {
    const [one, other] = [runSeed("1"), runSeed("2")];
    expect(one.fingerprint).not.toBe(other.fingerprint);
    expect(replay(one)).toBeUndefined();
    expect(replay({ ...one, seed: "2" })).toMatchObject({ checker: "replay" });
  });
});
