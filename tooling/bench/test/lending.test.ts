import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coreAlone, coreLending } from "../src/lending/core/core-lending.ts";
import { idealEnds, privateIdealEnds } from "../src/lending/ideal.ts";
import { fairness, type Measures, measure, percentile99, reactionMs } from "../src/lending/measures.ts";
import { classLending } from "../src/lending/model/class-lending.ts";
import { runFarms } from "../src/lending/model/farms.ts";
import { CONDITIONS, type Workload, workloads } from "../src/lending/workloads.ts";
import type { Trace } from "../src/lending/world.ts";

const traceOf = (
  masters: number,
  ...tasks: readonly (readonly [atMs: number, master: number, serviceMs: number])[]
): Trace => ({
  masters,
  workersEach: 1,
  tasks: tasks.map(([atMs, master, serviceMs]) => ({ atMs, master, serviceMs, isHot: master === 0 })),
});

const named = (name: string): Workload => {
  const found = workloads.find((workload) => workload.name === name);
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
};

describe("the ideals", () => {
  it("take the oldest task first, wherever it is", () => {
    const trace = traceOf(2, [0, 0, 10], [0, 0, 10], [1, 0, 5], [2, 1, 5]);
    expect([...idealEnds(trace)]).toEqual([10, 10, 15, 15]);
    const crowded = traceOf(2, [0, 0, 10], [0, 1, 20], [1, 0, 5], [2, 1, 5]);
    expect([...idealEnds(crowded)]).toEqual([10, 20, 15, 20]);
  });

  it("differ where a master's own task waits behind another's", () => {
    const trace = traceOf(2, [0, 0, 30], [0, 1, 10], [1, 0, 10], [2, 1, 10]);
    expect([...idealEnds(trace)]).toEqual([30, 10, 20, 30]);
    expect([...privateIdealEnds(trace)]).toEqual([30, 10, 30, 20]);
  });

  it("let a task begin as soon as any worker is idle", () => {
    const trace = traceOf(3, [0, 0, 10], [0, 0, 10], [0, 0, 10], [5, 0, 1], [10, 1, 1]);
    for (const ends of [idealEnds(trace), privateIdealEnds(trace)]) expect([...ends].slice(0, 3)).toEqual([10, 10, 10]);
  });
});

describe("measures", () => {
  it("the 99th percentile is the greatest of a hundred but one", () => {
    expect(percentile99(Float64Array.from({ length: 100 }, (_, index) => 100 - index))).toBe(99);
    expect([percentile99(Float64Array.of(7)), percentile99(Float64Array.of())]).toEqual([7, undefined]);
  });

  it("Jain's index is 1 where all fare alike, and falls with what differs", () => {
    const hot = (...sojournsMs: readonly number[]) => {
      const tasks = sojournsMs.map((_, master) => ({ atMs: 0, master, serviceMs: 1, isHot: true }));
      return fairness({ masters: sojournsMs.length, workersEach: 1, tasks }, Float64Array.from(sojournsMs));
    };
    expect([hot(5, 5, 5), hot(1, 3), hot(4)]).toEqual([1, 0.8, undefined]);
  });
});

it("the reaction is counted from each time that a master becomes hot to its first borrowed task", () => {
  const trace = traceOf(2, [0, 0, 10], [5, 0, 10], [6, 1, 10], [20, 0, 10], [2_000, 0, 10], [2_010, 0, 10]);
  const endedAtMs = Float64Array.of(10, 20, 16, 40, 2_010, 2_050);
  const run = (...isBorrowed: readonly number[]) => ({
    endedAtMs,
    isBorrowed: Uint8Array.from(isBorrowed),
    moves: 0,
    messages: 0,
    workersLent: 0,
  });
  expect(reactionMs(trace, run(0, 0, 1, 0, 0, 0))).toBeUndefined();
  expect(reactionMs(trace, run(0, 1, 1, 1, 0, 0))).toBe(10);
  expect(reactionMs(trace, run(0, 1, 0, 0, 0, 1))).toBe((10 + 40) / 2);
});

describe.each([coreAlone, classLending, coreLending])("$name", (world) => {
  it("does every task, none before it came and none in less than it takes", () => {
    const drawn = fc.record({
      workload: fc.constantFrom(...workloads),
      seed: fc.string(),
      masters: fc.integer({ min: 2, max: 6 }),
    });
    fc.assert(
      fc.property(drawn, ({ workload, seed, masters }) => {
        const trace = workload.draw({ masters, seed, isQuick: true });
        const { endedAtMs, moves, messages, workersLent } = world.run(trace, workload.conditions, seed);
        for (const [index, { atMs, serviceMs }] of trace.tasks.entries()) {
          expect((endedAtMs[index] ?? 0) - atMs).toBeGreaterThanOrEqual(serviceMs - 1e-6);
        }
        if (world === coreAlone) expect([moves, messages, workersLent]).toEqual([0, 0, 0]);
        expect(workersLent).toBeLessThanOrEqual(trace.masters * trace.workersEach);
      }),
      { numRuns: 6 },
    );
  });

  it("does the same with the same seed", () => {
    const trace = named("flash").draw({ masters: 4, seed: "same", isQuick: true });
    expect(world.run(trace, CONDITIONS, "same")).toEqual(world.run(trace, CONDITIONS, "same"));
  });
});

it("the model around CLASS is no worse than masters of ours that know nobody: it takes a little less time", () => {
  const { conditions, draw } = named("flash");
  const trace = draw({ masters: 4, seed: "alike", isQuick: true });
  const nothing = (): undefined => undefined;
  const idle = { onTask: nothing, onServed: nothing, onBacklog: nothing, onCame: nothing, sendsTo: nothing };
  const model = runFarms(trace, conditions, "alike", () => ({ ...idle, onIdle: nothing }));
  const core = coreAlone.run(trace, conditions, "alike");
  const meanMs = (ends: Float64Array): number =>
    trace.tasks.reduce((sum, { atMs }, task) => sum + (ends[task] ?? 0) - atMs, 0) / trace.tasks.length;
  const ratio = meanMs(core.endedAtMs) / meanMs(model.endedAtMs);
  expect(ratio).toBeGreaterThan(1);
  expect(ratio).toBeLessThan(1.1);
});

describe("ours", () => {
  const measured = (name: string, masters: number, seed: string): Measures => {
    const workload = named(name);
    const trace = workload.draw({ masters, seed, isQuick: true });
    const [none, run] = [coreAlone, coreLending].map((world) => world.run(trace, workload.conditions, seed));
    if (none === undefined || run === undefined) throw new Error("two worlds were run");
    return measure({ trace, run, none, ideal: idealEnds(trace), privateIdeal: privateIdealEnds(trace) });
  };
  const seeds = ["1", "2", "3"];

  // Wide of the goals: under these the design is wrong, not a constant, or the run is too short to tell.
  it.each([
    [2, seeds],
    [8, seeds],
    // So many that nobody believes what masters said of themselves.
    [34, ["1"]],
  ])(
    "a burst on one of %d masters takes little more than the ideal, and begins elsewhere at once",
    (masters, drawn) => {
      for (const seed of drawn) {
        const { makespan, reactionMs, movesPerLentWorker } = measured("burst-10", masters, seed);
        expect(makespan).toBeLessThan(1.4);
        expect(reactionMs).toBeLessThan(50);
        expect(movesPerLentWorker).toBeLessThan(4);
      }
    },
  );

  it("a crowd is shared out, and hurts nobody else", () => {
    for (const seed of seeds) {
      const { p99, p99ToNone, othersP99ToNone, messagesPerTask } = measured("flash", 8, seed);
      expect(p99).toBeLessThan(1.5);
      expect(p99ToNone).toBeLessThan(0.6);
      expect(othersP99ToNone).toBeLessThan(1.25);
      expect(messagesPerTask).toBeLessThan(2);
    }
  });

  it("where all have too much to do, nobody is pestered", () => {
    for (const seed of seeds) expect(measured("overload", 8, seed).messagesPerTask).toBeLessThan(3);
  });
});
