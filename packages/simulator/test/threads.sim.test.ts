import { describe, expect, test } from "vitest";
import { batchDefaults, runBatch, type SeedOutcome, seedsFrom } from "../src/batch.ts";
import { runBatchOnThreads } from "../src/jobs/run-batch-on-threads.ts";
import { worlds } from "../src/worlds.ts";

const { farm } = worlds;

describe("a batch on several threads", () => {
  test("comes to the same as on one, and tells of the seeds in their order", async () => {
    const told: SeedOutcome[] = [];
    const onSeed = (outcome: SeedOutcome): void => void told.push(outcome);
    const seeds = [...seedsFrom(40, 12)];
    const alone = runBatch(farm, seeds);
    const together = await runBatchOnThreads({ jobs: 3 }, farm, seeds, { ...batchDefaults, onSeed });
    expect(told.map(({ seed }) => seed)).toEqual(seeds);
    expect([...together.counters.entries()]).toEqual([...alone.counters.entries()]);
    expect({ ...together, counters: undefined }).toEqual({ ...alone, counters: undefined });
    expect(together.seeds).toBe(12);
  });

  test("stops at the first failure in the order of the seeds, whoever finds one first", async () => {
    const options = { ...batchDefaults, only: "identity", stopsAtFailure: true };
    const run = (jobs: number) =>
      runBatchOnThreads({ jobs, mutant: "address-is-identity" }, worlds.pulse, seedsFrom(0, 200), options);
    const [two, three] = await Promise.all([run(2), run(3)]);
    expect(two.failures).toHaveLength(1);
    expect(two.failures[0]?.seed).toBe(String(two.seeds - 1));
    expect([three.seeds, three.failures]).toEqual([two.seeds, two.failures]);
  });

  test("fails as a whole, and says why, if one of them breaks", async () => {
    const broken = runBatchOnThreads({ jobs: 2, mutant: "nobody" }, farm, seedsFrom(0, 3), batchDefaults);
    await expect(broken).rejects.toThrow(
      /^the thread with seed [01] broke: there is no mutant nobody: --mutant list names them all$/,
    );
  });
});
