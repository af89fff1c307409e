import { createPrng, durationMs, seconds } from "@mutirao/primitives";
import { type RefusalCode, refusalCodes } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { classCoolDownMs, classLendingTimes, classNeeded, classOffer } from "../src/policies/lending/class-lending.ts";
import { fill, isSevere, type Supply, type Want } from "../src/policies/lending/fill.ts";
import { guestStaysMs } from "../src/policies/lending/guest-stays.ts";
import { type LendQuestion, retryAfterMs, whyNotLend } from "../src/policies/lending/lend-refusal.ts";
import { reclaimCount, reclaimFrom } from "../src/policies/lending/reclaim.ts";
import { lendRoom, spareSlots, spareWorkers } from "../src/policies/lending/spare.ts";
import { busyMaster, idleMaster } from "./support/lending-figures.ts";

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
    idleWorkers: 8,
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
    ["none that could go", idleMaster, { idleWorkers: 0 }, "LEND_NONE_IDLE"],
    ["kept back", idleMaster, { lendReserve: 8 }, "LEND_RESERVE"],
    ["needed", { ...idleMaster, arrivalsPerMs: 0.08 }, {}, "LEND_RESERVE"],
    ["needed less than there", { ...idleMaster, arrivalsPerMs: 0.08 }, { isSevere: true }, undefined],
  ] as const)("%s", (_, figures, question, code) => {
    expect(whyNotLend(figures, { ...welcome, ...question })).toBe(code);
  });

  test("each says when to ask again", () => {
    const codes = Object.keys(refusalCodes) as RefusalCode[];
    expect(codes.map((code) => `${code} ${retryAfterMs(code, idleMaster, seconds(2))}`)).toEqual([
      "LEND_OFF 60000",
      "LEND_SATURATED 300",
      "LEND_NONE_IDLE 300",
      "LEND_RESERVE 300",
      "LEND_LIMIT 300",
      "LEND_BORROWING 300",
      "LEND_NOT_TO_YOU 60000",
      "LEND_UNKNOWN_PEER 2000",
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
