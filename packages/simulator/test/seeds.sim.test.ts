import { describe, expect, test } from "vitest";
import { batchDefaults, runBatch, SEEDS_FOR_ALL_SIGHTS, seedsDrawnFrom } from "../src/batch.ts";
import { describeFailedSeed } from "../src/report.ts";
import { worlds } from "../src/worlds.ts";
import { commit } from "./commit.ts";

const SEEDS_PER_TEST = 50;

describe.each([
  { world: worlds.pulse, seedsMax: 300 },
  { world: worlds.farm, seedsMax: 200 },
  { world: worlds.lending, seedsMax: 500 },
])(`$world.name: $seedsMax seeds drawn from the commit ${commit}`, ({ world, seedsMax }) => {
  const seeds = [...seedsDrawnFrom(commit, seedsMax)];
  const counters = world.createCounters();
  let simulatedMs = 0;
  const parts = Array.from({ length: seedsMax / SEEDS_PER_TEST }, (_, part) => part * SEEDS_PER_TEST);

  test.each(parts)("nothing is found from seed %i on", { timeout: 180_000 }, (from) => {
    const batch = runBatch(world, seeds.slice(from, from + SEEDS_PER_TEST), batchDefaults);
    counters.add(batch.counters);
    simulatedMs += batch.simulatedMs;
    expect(batch.failures.map((failed) => describeFailedSeed(failed, ""))).toEqual([]);
    expect(batch.seeds).toBe(SEEDS_PER_TEST);
  });

  test("everything that must be seen sometimes was seen", () => {
    expect(seedsMax).toBeGreaterThanOrEqual(SEEDS_FOR_ALL_SIGHTS);
    expect(counters.zeros()).toEqual([]);
    expect(simulatedMs).toBeGreaterThan(3_600_000);
  });
});
