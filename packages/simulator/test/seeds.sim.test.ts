import { describe, expect, test } from "vitest";
import { batchDefaults, runBatch, SEEDS_FOR_ALL_SIGHTS, seedsDrawnFrom } from "../src/batch.ts";
import { describeFailedSeed } from "../src/report.ts";
import { createSightCounters } from "../src/sights.ts";
import { commit } from "./commit.ts";

const SEEDS = 300;
const SEEDS_PER_TEST = 50;
const seeds = [...seedsDrawnFrom(commit, SEEDS)];

describe(`${SEEDS} seeds drawn from the commit ${commit}`, () => {
  const counters = createSightCounters();
  let simulatedMs = 0;
  const parts = Array.from({ length: SEEDS / SEEDS_PER_TEST }, (_, part) => part * SEEDS_PER_TEST);

  test.each(parts)("nothing is found from seed %i on", { timeout: 180_000 }, (from) => {
    const batch = runBatch(seeds.slice(from, from + SEEDS_PER_TEST), batchDefaults);
    counters.add(batch.counters);
    simulatedMs += batch.simulatedMs;
    expect(batch.failures.map((failed) => describeFailedSeed(failed, ""))).toEqual([]);
    expect(batch.seeds).toBe(SEEDS_PER_TEST);
  });

  test("everything that must be seen sometimes was seen", () => {
    expect(SEEDS).toBeGreaterThanOrEqual(SEEDS_FOR_ALL_SIGHTS);
    expect(counters.zeros()).toEqual([]);
    expect(simulatedMs).toBeGreaterThan(3_600_000);
  });
});
