import { createPrng, durationMs, instantMs, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  type AskWaves,
  firstAskWaves,
  nextWaveAt,
  standingAskExpired,
  startWave,
  waveBrought,
} from "../src/policies/lending/ask-waves.ts";
import { chooseAtRandom, chooseLenders } from "../src/policies/lending/choose-lenders.ts";
import { estimatedWaitMs } from "../src/policies/lending/estimated-wait.ts";
import { expectedSlots } from "../src/policies/lending/figures.ts";
import { neededWorkers } from "../src/policies/lending/needed-workers.ts";
import {
  calmMs,
  firstGapMs,
  holdOffMs,
  leaseMs,
  lifeMs,
  lingerMs,
  minHoldMs,
  type Pace,
  reclaimAtMs,
  severeMs,
  triggerMs,
  viewMs,
  workMs,
} from "../src/policies/lending/parameters.ts";
import { type AskableMaster, planWave } from "../src/policies/lending/plan-wave.ts";
import { busyMaster, idleMaster } from "./support/lending-figures.ts";

const pace = (serviceMs: number, moveMs: number, latencyMs = 0.5): Pace => ({
  serviceMs: durationMs(serviceMs),
  moveMs: durationMs(moveMs),
  latencyMs: durationMs(latencyMs),
});

test("every length of time is so many service times, and no less than so many moves", () => {
  const lengths = [triggerMs, workMs, reclaimAtMs, holdOffMs, lifeMs, lingerMs, minHoldMs, severeMs, calmMs];
  expect(lengths.map((length) => length(pace(100, 10)))).toEqual([100, 100, 100, 100, 300, 200, 80, 500, 900]);
  expect(lengths.map((length) => length(pace(10, 50)))).toEqual([100, 50, 50, 50, 150, 200, 400, 500, 450]);
  expect([firstGapMs(pace(100, 10, 0.1)), firstGapMs(pace(100, 10, 5))]).toEqual([2, 20]);
  expect([leaseMs(seconds(1)), viewMs(seconds(1))]).toEqual([5_000, 3_500]);
});

test.each([
  [0, 8, 0],
  [0, 0, 0],
  [1, 0, Number.POSITIVE_INFINITY],
  [16, 8, 200],
  [3, 4, 75],
])("a backlog of %d before %d slots waits for %d ms", (backlog, slots, waitMs) => {
  expect(estimatedWaitMs({ backlog, serviceMs: durationMs(100), slots })).toBe(waitMs);
});

test("the slots that a master will have count what is on the way, and not what leaves", () => {
  expect(expectedSlots({ ...idleMaster, leaving: 2, incoming: 3, lent: 4, beingReclaimed: 1 })).toBe(10);
});

describe("needed workers", () => {
  test.each([
    ["nothing waits", busyMaster(0), 0, "wait-below-trigger"],
    ["the wait is just the trigger", busyMaster(8), 0, "wait-below-trigger"],
    ["one task more", busyMaster(9), 1, "wait-above-trigger"],
    ["a burst", busyMaster(632), 624, "wait-above-trigger"],
    ["what is on the way counts", { ...busyMaster(20), incoming: 9 }, 3, "wait-above-trigger"],
    ["so does what was asked for", { ...busyMaster(20), asked: 9 }, 3, "wait-above-trigger"],
    ["enough was asked for", { ...busyMaster(20), asked: 12 }, 0, "asked-already"],
    ["own workers are away", { ...busyMaster(20), lent: 2, beingReclaimed: 1 }, 0, "own-workers-away"],
    ["own workers are on their way back", { ...busyMaster(20), lent: 2, beingReclaimed: 2 }, 10, "wait-above-trigger"],
    ["nobody here at all", { ...busyMaster(1), present: 0 }, 1, "wait-above-trigger"],
    [
      "nobody here, and a move longer than all the work",
      { ...busyMaster(1), present: 0, moveMs: durationMs(500) },
      1,
      "wait-above-trigger",
    ],
    ["workers of four slots each", { ...busyMaster(21), slotsPerWorker: 4 }, 4, "wait-above-trigger"],
    ["moves longer than tasks", { ...busyMaster(100), moveMs: durationMs(500) }, 12, "wait-above-trigger"],
    [
      "moves too long for this backlog",
      { ...busyMaster(80), moveMs: durationMs(1_500), present: 6 },
      0,
      "wait-below-trigger",
    ],
    ["a worker would find too little", { ...busyMaster(9), moveMs: durationMs(55) }, 1, "wait-above-trigger"],
  ] as const)("%s", (_, figures, workers, reason) => {
    expect(neededWorkers(figures, 1_000)).toMatchObject({ workers, reason });
  });

  test("the operator's limit is kept", () => {
    expect(neededWorkers(busyMaster(632), 5)).toEqual({
      workers: 5,
      reason: "wait-above-trigger",
      waitMs: 7_900,
      triggerMs: 100,
    });
    expect(neededWorkers(busyMaster(632), 0)).toMatchObject({ workers: 0, reason: "limit" });
  });
});

describe("waves of asks", () => {
  const at = pace(100, 10);
  /** Asks as soon as it may, and says when, and how many it may ask. */
  const waves = (rounds: number, onWave: (waves: AskWaves, round: number) => AskWaves): string[] => {
    let state = firstAskWaves;
    return Array.from({ length: rounds }, (_, round) => {
      const now = nextWaveAt(state, at) ?? instantMs(0);
      state = onWave(startWave(state, at, now), round);
      return `${now}: ${state.lastAt === now ? state.cap : "?"}`;
    });
  };

  test("in vain, they come at ever wider gaps and go to ever fewer", () => {
    expect(waves(11, (state) => state)).toEqual([
      "0: 64",
      "4: 32",
      "12: 16",
      "28: 8",
      "60: 4",
      "124: 2",
      "252: 2",
      "508: 2",
      "808: 2",
      "1108: 2",
      "1408: 2",
    ]);
  });

  test("one that brings a worker ends that", () => {
    expect(waves(6, (state, round) => (round === 3 ? waveBrought(state) : state))).toEqual([
      "0: 64",
      "4: 32",
      "12: 16",
      "28: 8",
      "30: 16",
      "34: 8",
    ]);
  });

  test("so does a long rest", () => {
    let state = firstAskWaves;
    for (const now of [0, 100, 300, 700]) state = startWave(state, at, instantMs(now));
    expect([state.cap, state.gapMs]).toEqual([8, 16]);
    expect(startWave(state, at, instantMs(700 + 899))).toMatchObject({ cap: 4, gapMs: 32 });
    expect(startWave(state, at, instantMs(700 + 900))).toMatchObject({ cap: 16, gapMs: undefined });
  });

  test("standing asks that end unfilled are followed by more of them, until a time of calm", () => {
    let state = startWave(firstAskWaves, at, instantMs(0));
    expect(state.standFan).toBe(4);
    const fans = [300, 600, 900].map((now) => {
      state = startWave(standingAskExpired(state, instantMs(now)), at, instantMs(now));
      return state.standFan;
    });
    expect(fans).toEqual([8, 16, 16]);
    expect(startWave(state, at, instantMs(1_799)).standFan).toBe(16);
    expect(startWave(state, at, instantMs(1_800)).standFan).toBe(4);
  });
});

describe("whom to ask", () => {
  const offers = (...spares: number[]) => spares.map((spare, index) => ({ lender: `m${index}`, spare }));

  test.each([
    ["as many as are needed, of what each has", offers(3, 3, 3), 5, 64, 2, 5],
    ["everybody, if that is not enough", offers(3, 3, 3), 50, 64, 3, 9],
    ["no more masters than a wave may ask", offers(1, 1, 1, 1), 4, 2, 2, 2],
    ["none that has nothing", offers(0, 0.5, 2), 4, 64, 1, 2],
    ["nobody, if there is no need", offers(3, 3), 0, 64, 0, 0],
  ])("%s", (_, candidates, need, fan, asks, workers) => {
    for (let seed = 0; seed < 50; seed++) {
      const asked = chooseLenders(candidates, need, fan, createPrng(String(seed)));
      expect(asked.length).toBe(asks);
      expect(asked.reduce((sum, ask) => sum + ask.workers, 0)).toBe(workers);
      expect(new Set(asked.map(({ lender }) => lender)).size).toBe(asks);
    }
  });

  test("who has more is likelier to be asked first, and not always", () => {
    const prng = createPrng("weights");
    const firsts = Array.from({ length: 4_000 }, () => chooseLenders(offers(1, 3), 1, 1, prng)[0]?.lender);
    const share = firsts.filter((lender) => lender === "m1").length / firsts.length;
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
  });

  test("those who are asked at random are asked for their part each, and all equally often", () => {
    const prng = createPrng("random");
    const times = new Map<string, number>();
    for (let round = 0; round < 5_000; round++) {
      const asks = chooseAtRandom(["a", "b", "c", "d", "e"], 7, 3, prng);
      expect(asks.map(({ workers }) => workers)).toEqual([3, 3, 3]);
      expect(new Set(asks.map(({ lender }) => lender)).size).toBe(3);
      for (const { lender } of asks) times.set(lender, (times.get(lender) ?? 0) + 1);
    }
    for (const count of times.values()) expect(Math.abs(count - 3_000)).toBeLessThan(200);
    expect(times.size).toBe(5);
    expect(chooseAtRandom(["a", "b"], 1, 4, prng)).toHaveLength(2);
    expect([chooseAtRandom([], 1, 4, prng), chooseAtRandom(["a"], 0, 4, prng)]).toEqual([[], []]);
  });
});

describe("whom a wave goes to", () => {
  const others = (count: number, spare: number, more: Partial<AskableMaster<number>> = {}): AskableMaster<number>[] =>
    Array.from({ length: count }, (_, lender) => ({ lender, spare, isAsked: false, isStanding: false, ...more }));
  const inVain: AskWaves = { ...firstAskWaves, gapMs: durationMs(4), cap: 8, standFan: 8 };

  test.each([
    ["few: those that have enough", others(7, 2), 4, firstAskWaves, 2, [2, 2]],
    [
      "few: the rest stands with some that may get it",
      [...others(1, 3), ...others(6, 0).slice(1)],
      7,
      firstAskWaves,
      5,
      [1, 1, 1, 1, 3],
    ],
    ["few: nobody is asked again before it has answered", others(7, 2, { isAsked: true }), 4, firstAskWaves, 0, []],
    ["few: nobody holds two asks that stand", others(7, 0, { isStanding: true }), 4, firstAskWaves, 0, []],
    [
      "few: who says anew that it has some is asked anew",
      others(7, 2, { isStanding: true }),
      4,
      firstAskWaves,
      2,
      [2, 2],
    ],
    ["many: so many as usually have enough", others(40, 0), 12, firstAskWaves, 3, [4, 4, 4]],
    ["many: what they say is not believed", others(40, 99), 12, firstAskWaves, 3, [4, 4, 4]],
    ["many: after a wave in vain, more of them", others(40, 0), 4, inVain, 8, [1, 1, 1, 1, 1, 1, 1, 1]],
    ["many: as wide as a wave may be", others(60, 0), 100, inVain, 8, [13, 13, 13, 13, 13, 13, 13, 13]],
  ])("%s", (_, masters, need, waves, count, workers) => {
    for (let seed = 0; seed < 20; seed++) {
      const asks = planWave(masters, need, { waves, usualSpare: 4 }, createPrng(String(seed)));
      expect(new Set(asks.map(({ lender }) => lender)).size).toBe(count);
      expect(asks.map((ask) => ask.workers).sort((a, b) => a - b)).toEqual(workers);
    }
  });
});
