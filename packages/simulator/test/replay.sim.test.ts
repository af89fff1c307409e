import { describe, expect, test } from "vitest";
import { replay } from "../src/batch.ts";
import { worlds } from "../src/worlds.ts";

describe.each(Object.values(worlds))("same seed, same trace, in the world of $name", (world) => {
  test.each(["1", "2", "3", "a text is a seed as well"])("seed %s", (seed) => {
    const lines: string[] = [];
    const again: string[] = [];
    const first = world.run(seed, { print: (line) => lines.push(line) });
    const second = world.run(seed, { print: (line) => again.push(line) });
    expect(again).toEqual(lines);
    expect([second.fingerprint, second.steps]).toEqual([first.fingerprint, first.steps]);
    expect(lines.length).toBeGreaterThan(100);
  });

  test("another seed goes another way, and the comparison notices", () => {
    const [one, other] = [world.run("1"), world.run("2")];
    expect(one.fingerprint).not.toBe(other.fingerprint);
    expect(replay(world, one)).toBeUndefined();
    expect(replay(world, { ...one, seed: "2" })).toMatchObject({ checker: "replay" });
  });
});
