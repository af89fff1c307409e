import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { batchDefaults, SEEDS_FOR_ALL_SIGHTS, seedsDrawnFrom } from "../src/batch.ts";
import { runBatchOnThreads } from "../src/jobs/run-batch-on-threads.ts";
import { describeFailedSeed } from "../src/report.ts";
import { worlds } from "../src/worlds.ts";
import { commit } from "./commit.ts";

const jobs = availableParallelism();

describe.each([
  { world: worlds.pulse, seedsMax: 300 },
  { world: worlds.farm, seedsMax: 200 },
  { world: worlds.lending, seedsMax: 500 },
])("$world.name", ({ world, seedsMax }) => {
  test(`nothing is found in ${seedsMax} seeds drawn from the commit ${commit}, and all that must be seen sometimes is seen`, {
    timeout: 900_000,
  }, async () => {
    const batch = await runBatchOnThreads({ jobs }, world, seedsDrawnFrom(commit, seedsMax), batchDefaults);
    expect(batch.failures.map((failed) => describeFailedSeed(failed, ""))).toEqual([]);
    expect(batch.seeds).toBe(seedsMax);
    expect(seedsMax).toBeGreaterThanOrEqual(SEEDS_FOR_ALL_SIGHTS);
    expect(batch.counters.zeros()).toEqual([]);
    expect(batch.simulatedMs).toBeGreaterThan(3_600_000);
  });
});
