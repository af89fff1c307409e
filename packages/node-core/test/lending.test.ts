import { createPrng, durationMs, instantMs, seconds } from "@mutirao/primitives";
import { type RefusalCode, refusalCodes } from "@mutirao/protocol";
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
import { classCoolDownMs, classLendingTimes, classNeeded, classOffer } from "../src/policies/lending/class-lending.ts";
import { estimatedWaitMs } from "../src/policies/lending/estimated-wait.ts";
import { expectedSlots } from "../src/policies/lending/figures.ts";
import { fill, isSevere, type Supply, type Want } from "../src/policies/lending/fill.ts";
import { guestStaysMs } from "../src/policies/lending/guest-stays.ts";
import { type LendQuestion, retryAfterMs, whyNotLend } from "../src/policies/lending/lend-refusal.ts";
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
import { reclaimCount, reclaimFrom } from "../src/policies/lending/reclaim.ts";
import { lendRoom, spareSlots, spareWorkers } from "../src/policies/lending/spare.ts";
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

describe("what can be spared", () => {
  test.each([
    ["an idle master lends everything", idleMaster, 8, 8],
    ["nothing while tasks wait", { ...idleMaster, backlog: 1 }, 0, 0],
    ["nothing while it has guests", { ...idleMaster, guests: 1 }, 0, 0],
    ["nothing while it expects some", { ...idleMaster, incoming: 1 }, 0, 0],
    ["nothing while it asks", { ...idleMaster, asked: 1 }, 0, 0],
    ["nothing just after a reclaim", { ...idleMaster, sinceReclaimMs: 99 }, 0, 0],
    ["again after the hold-off", { ...idleMaster, sinceReclaimMs: 100 }, 8, 8],
    // a = 3.2 erlang, lam * c = 0.32
    ["a load of 0.4 keeps four, and one that is idle", { ...idleMaster, arrivalsPerMs: 0.032, idleOwn: 5 }, 4, 4],
    ["the staff stays", { ...idleMaster, arrivalsPerMs: 0.032, present: 5, idleOwn: 5 }, 1, 4],
    ["those that leave are gone", { ...idleMaster, arrivalsPerMs: 0.032, leaving: 3, idleOwn: 5 }, 1, 4],
    ["arrivals of long ago are forgotten", { ...idleMaster, arrivalsPerMs: 0.0005 }, 8, 8],
    ["long moves do not block lending", { ...idleMaster, arrivalsPerMs: 0.032, moveMs: durationMs(5_000) }, 4, 6],
  ])("%s", (_, figures, spare, spareIfSevere) => {
    expect(spareSlots(figures, { isSevere: false })).toBe(spare);
    expect(spareSlots(figures, { isSevere: true })).toBe(spareIfSevere);
  });

  test.each([
    ["no limits", 8, 0, 0, 99, 8],
    ["a reserve", 8, 0, 3, 99, 5],
    ["the reserve counts who is at home", 4, 4, 3, 99, 1],
    ["a limit", 8, 0, 0, 2, 2],
    ["the limit counts who is away", 6, 2, 0, 2, 0],
    ["a reserve above what there is", 2, 0, 3, 99, 0],
  ])("room: %s", (_, home, lent, lendReserve, lendMax, room) => {
    expect(lendRoom(home, lent, { lendReserve, lendMax })).toBe(room);
  });

  test("what others are told is in whole workers, within the limits", () => {
    expect(spareWorkers(idleMaster, 5)).toBe(5);
    expect(spareWorkers({ ...idleMaster, slotsPerWorker: 3 }, 5)).toBe(2);
  });
});

describe("who gets which worker", () => {
  const want = (borrower: string, workers: number, backlog: number, slots = 8): Want<string> => ({
    borrower,
    workers,
    backlog,
    slots,
    serviceMs: durationMs(100),
  });
  const supply = (count: number, spare = count, spareIfSevere = spare): Supply<string> => ({
    idle: Array.from({ length: count }, (_, index) => ({ worker: `w${index}`, slots: 1 })),
    spare,
    spareIfSevere,
    room: 99,
    moveMs: durationMs(10),
  });
  const counts = (gifts: readonly { borrower: string }[]): string => gifts.map(({ borrower }) => borrower).join("");

  test.each([
    ["all to the only one", [want("a", 3, 30)], supply(8), "aaa"],
    ["nobody wants any", [want("a", 0, 30)], supply(8), ""],
    ["who waits longest comes first", [want("a", 1, 30), want("b", 1, 40)], supply(1), "b"],
    ["and is content when served", [want("a", 9, 30), want("b", 1, 40)], supply(3), "baa"],
    ["in turn, as each worker shortens the wait", [want("a", 9, 20, 2), want("b", 9, 20, 2)], supply(4), "abab"],
    ["who has nobody comes before all others", [want("a", 1, 900, 1), want("b", 1, 1, 0)], supply(1), "b"],
    ["and of these, who has most to do", [want("a", 1, 4, 0), want("b", 1, 5, 0)], supply(1), "b"],
    ["no more than can be spared", [want("a", 9, 30)], supply(8, 2), "aa"],
    ["more in severe need", [want("a", 9, 55)], supply(8, 2, 4), "aaa"],
    ["until it is no longer severe", [want("a", 9, 60)], supply(8, 0, 6), "aaaa"],
    ["for those in severe need only", [want("a", 9, 30), want("b", 1, 900)], supply(8, 0, 6), "b"],
    ["within the operator's limit", [want("a", 9, 900)], { ...supply(8), room: 3 }, "aaa"],
  ])("%s", (_, wants, given, borrowers) => {
    expect(counts(fill(wants, given))).toBe(borrowers);
  });

  test("a worker goes if all its slots can be spared, and a smaller one in its place if not", () => {
    const idle = [8, 2, 4, 1].map((slots, index) => ({ worker: `w${index}`, slots }));
    const gifts = fill([want("a", 9, 900)], { ...supply(0), idle, spare: 6, spareIfSevere: 6 });
    expect(gifts.map(({ worker }) => worker)).toEqual(["w1", "w2"]);
  });

  test("severe is a wait of more than five triggers", () => {
    const [calm, severe] = [want("a", 1, 40), want("a", 1, 41)];
    expect([isSevere(calm, durationMs(10)), isSevere(severe, durationMs(10))]).toEqual([false, true]);
    expect(isSevere(severe, durationMs(60))).toBe(false);
  });
});

describe("taking workers back", () => {
  test.each([
    ["nothing is lent", busyMaster(50), 0],
    ["nothing waits", { ...idleMaster, lent: 4 }, 0],
    ["the wait is bearable", { ...busyMaster(4), present: 4, lent: 4 }, 0],
    ["it is not", { ...busyMaster(5), present: 4, lent: 4 }, 4],
    ["no more than there are tasks", { ...busyMaster(2), present: 1, lent: 7 }, 2],
    ["not those that were asked back already", { ...busyMaster(50), present: 4, lent: 4, beingReclaimed: 3 }, 1],
    ["all of them were", { ...busyMaster(50), present: 4, lent: 4, beingReclaimed: 4 }, 0],
    ["the way back is longer than the wait", { ...busyMaster(5), present: 4, lent: 4, moveMs: durationMs(130) }, 0],
    ["everybody is away", { ...busyMaster(1), present: 0, lent: 8 }, 1],
  ])("%s", (_, figures, slots) => {
    expect(reclaimCount(figures)).toBe(slots);
  });

  test("from those who wait shortest first, and last from those who have not said", () => {
    const loans = [
      { borrower: "silent", waitMs: undefined, workers: 2, slots: 2 },
      { borrower: "starving", waitMs: durationMs(Number.POSITIVE_INFINITY), workers: 1, slots: 1 },
      { borrower: "busy", waitMs: durationMs(900), workers: 2, slots: 2 },
      { borrower: "calm", waitMs: durationMs(20), workers: 2, slots: 8 },
      { borrower: "over", waitMs: durationMs(0), workers: 0, slots: 0 },
    ];
    const taken = (slots: number): string =>
      reclaimFrom(loans, slots)
        .map(({ borrower, workers }) => `${borrower} ${workers}`)
        .join(", ");
    expect(taken(0)).toBe("");
    expect(taken(1)).toBe("calm 1");
    expect(taken(9)).toBe("calm 2, busy 1");
    expect(taken(99)).toBe("calm 2, busy 2, starving 1, silent 2");
  });
});

describe("how long an idle guest stays", () => {
  const guest = (idleMs: number, heldMs: number) => ({
    idleMs: durationMs(idleMs),
    heldMs: durationMs(heldMs),
    slots: 1,
  });
  const host = { ...idleMaster, present: 10, guests: 2 };

  test.each([
    ["it has just become idle", host, guest(0, 900), 200],
    ["it has lingered", host, guest(200, 900), 0],
    ["it has come only now", host, guest(0, 0), 200],
    ["its way was long", { ...host, moveMs: durationMs(100) }, guest(400, 500), 300],
    // a = 9 erlang, 1.5 sqrt(a) = 4.5
    ["the rate needs it", { ...host, arrivalsPerMs: 0.09, present: 14 }, guest(200, 900), 200],
    ["the rate needs the others only", { ...host, arrivalsPerMs: 0.09, present: 15 }, guest(200, 900), 0],
    ["arrivals of long ago", { ...host, present: 1, arrivalsPerMs: 0.00001 }, guest(200, 900), 0],
  ])("%s", (_, figures, idle, staysMs) => {
    expect(guestStaysMs(figures, idle)).toBe(staysMs);
  });

  test("one from a foreign master stays for its time", () => {
    expect(guestStaysMs(host, guest(5_000, 12_000), classLendingTimes.minStayMs)).toBe(18_000);
    expect(guestStaysMs(host, guest(5_000, 30_000), classLendingTimes.minStayMs)).toBe(0);
  });
});

describe("refusals", () => {
  const welcome: LendQuestion = {
    isKnownAlive: true,
    isAddressGood: true,
    isTooOften: false,
    isLendingOn: true,
    isAllowed: true,
    isDraining: false,
    isStoreDown: false,
    isSevere: false,
    lentWorkers: 0,
    lendMax: 8,
    homeWorkers: 8,
    lendReserve: 0,
  };

  test.each([
    ["one may be lent", idleMaster, {}, undefined],
    ["a stranger", busyMaster(5), { isKnownAlive: false, isLendingOn: false }, "LEND_UNKNOWN_PEER"],
    ["another's address", idleMaster, { isAddressGood: false }, "LEND_BAD_ADDRESS"],
    ["again and again", idleMaster, { isTooOften: true }, "LEND_TOO_OFTEN"],
    ["switched off", idleMaster, { isLendingOn: false, isDraining: true }, "LEND_OFF"],
    ["not to this one", idleMaster, { isAllowed: false }, "LEND_NOT_TO_YOU"],
    ["draining", busyMaster(5), { isDraining: true }, "LEND_DRAINING"],
    ["no store", busyMaster(5), { isStoreDown: true }, "LEND_STORE_DOWN"],
    ["guests", { ...busyMaster(5), guests: 1 }, {}, "LEND_BORROWING"],
    ["an ask without answer", { ...idleMaster, asked: 1 }, {}, "LEND_BORROWING"],
    ["tasks wait", busyMaster(1), {}, "LEND_SATURATED"],
    ["just reclaimed", { ...idleMaster, sinceReclaimMs: 5 }, {}, "LEND_SATURATED"],
    ["as many as may be", idleMaster, { lentWorkers: 8 }, "LEND_LIMIT"],
    ["all at work", busyMaster(0), {}, "LEND_NONE_IDLE"],
    ["kept back", idleMaster, { lendReserve: 8 }, "LEND_RESERVE"],
    ["needed", { ...idleMaster, arrivalsPerMs: 0.08 }, {}, "LEND_RESERVE"],
    ["needed less than there", { ...idleMaster, arrivalsPerMs: 0.08 }, { isSevere: true }, undefined],
  ] as const)("%s", (_, figures, question, code) => {
    expect(whyNotLend(figures, { ...welcome, ...question })).toBe(code);
  });

  test("each says when to ask again", () => {
    const codes = Object.keys(refusalCodes) as RefusalCode[];
    expect(codes.map((code) => `${code} ${retryAfterMs(code, idleMaster)}`)).toEqual([
      "LEND_OFF 60000",
      "LEND_SATURATED 300",
      "LEND_NONE_IDLE 300",
      "LEND_RESERVE 300",
      "LEND_LIMIT 300",
      "LEND_BORROWING 300",
      "LEND_NOT_TO_YOU 60000",
      "LEND_UNKNOWN_PEER 60000",
      "LEND_BAD_ADDRESS 60000",
      "LEND_TOO_OFTEN 300",
      "LEND_DRAINING 60000",
      "LEND_STORE_DOWN 5000",
    ]);
  });
});

describe("towards masters that know the class's words only", () => {
  test("one worker at least is asked for, and no more offered than can be spared", () => {
    expect([classNeeded(0), classNeeded(3.7)]).toEqual([1, 3]);
    expect([classOffer(1, 5), classOffer(9, 5), classOffer(2, 0), classOffer(-1, 5)]).toEqual([1, 5, 0, 0]);
  });

  test("the cool-down has jitter", () => {
    const prng = createPrng("cool-down");
    const drawn = Array.from({ length: 1_000 }, () => classCoolDownMs(prng));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(10_000);
    expect(Math.min(...drawn)).toBeLessThan(10_100);
    expect(Math.max(...drawn)).toBeLessThan(15_000);
    expect(Math.max(...drawn)).toBeGreaterThan(14_900);
  });
});
