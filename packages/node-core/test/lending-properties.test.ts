import { createPrng, durationMs, instantMs } from "@mutirao/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  firstAskWaves,
  nextWaveAt,
  standingAskExpired,
  startWave,
  waveBrought,
} from "../src/policies/lending/ask-waves.ts";
import { chooseAtRandom, chooseLenders } from "../src/policies/lending/choose-lenders.ts";
import { estimatedWaitMs } from "../src/policies/lending/estimated-wait.ts";
import { expectedSlots, type LendingFigures, offeredLoad } from "../src/policies/lending/figures.ts";
import { fill } from "../src/policies/lending/fill.ts";
import { guestStaysMs } from "../src/policies/lending/guest-stays.ts";
import { neededWorkers } from "../src/policies/lending/needed-workers.ts";
import {
  calmMs,
  firstGapMs,
  lendingParameters,
  lifeMs,
  severeMs,
  triggerMs,
} from "../src/policies/lending/parameters.ts";
import { reclaimCount, reclaimFrom } from "../src/policies/lending/reclaim.ts";
import { lendRoom, spareSlots, spareWorkers } from "../src/policies/lending/spare.ts";
import { slower } from "./support/lending-figures.ts";

const slots = fc.nat(64);
const lengthMs = fc.integer({ min: 1, max: 100_000 }).map((tenths) => durationMs(tenths / 10));

const figures: fc.Arbitrary<LendingFigures> = fc
  .record({
    serviceMs: lengthMs,
    moveMs: lengthMs,
    latencyMs: lengthMs,
    load: fc.integer({ min: 0, max: 640 }),
    backlog: fc.oneof(fc.constant(0), fc.nat(2_000)),
    slotsPerWorker: fc.integer({ min: 1, max: 16 }),
    own: slots,
    guests: fc.oneof(fc.constant(0), slots),
    leaving: slots,
    idle: slots,
    incoming: fc.oneof(fc.constant(0), slots),
    lent: slots,
    beingReclaimed: slots,
    asked: fc.oneof(fc.constant(0), slots),
    sinceReclaimMs: fc.option(fc.nat(1_000_000), { nil: undefined }),
  })
  .map(({ load, own, idle, leaving, ...drawn }) => {
    const present = own + drawn.guests;
    return {
      ...drawn,
      arrivalsPerMs: load / 10 / drawn.serviceMs,
      present,
      leaving: Math.min(leaving, present),
      idleOwn: Math.max(0, Math.min(idle, own - leaving)),
      beingReclaimed: Math.min(drawn.beingReclaimed, drawn.lent),
    };
  });

const idleFigures = figures.map((drawn) => ({ ...drawn, backlog: 0, guests: 0, incoming: 0, asked: 0 }));

/** Powers of two, so that nothing is rounded. */
const factor = fc.integer({ min: -6, max: 6 }).map((power) => 2 ** power);

const holds = <Drawn extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Drawn]: fc.Arbitrary<Drawn[Index]> },
  check: (...drawn: Drawn) => void,
): void => fc.assert(fc.property(...arbitraries, check), { numRuns: 500 });

describe("asking", () => {
  test("more tasks are never a reason to ask for fewer workers, and workers on the way never one to ask for more", () => {
    holds([figures, fc.nat(500), slots], (now, more, onTheWay) => {
      const { workers } = neededWorkers(now, 10_000);
      expect(neededWorkers({ ...now, backlog: now.backlog + more }, 10_000).workers).toBeGreaterThanOrEqual(workers);
      expect(neededWorkers({ ...now, incoming: now.incoming + onTheWay }, 10_000).workers).toBeLessThanOrEqual(workers);
    });
  });

  test("only above the trigger, never above the limit, never while own workers could be called, and then always", () => {
    holds([figures, slots], (now, room) => {
      const { workers, waitMs, reason } = neededWorkers(now, room);
      expect(workers).toBeGreaterThanOrEqual(0);
      expect(workers).toBeLessThanOrEqual(room);
      expect(workers > 0).toBe(reason === "wait-above-trigger");
      const mayAsk = waitMs > triggerMs(now) && now.lent <= now.beingReclaimed;
      if (!mayAsk) expect(workers).toBe(0);
      if (mayAsk && now.asked === 0 && room > 0) expect(workers).toBeGreaterThan(0);
    });
  });

  test("what was asked for is never asked for twice", () => {
    holds([figures], (now) => {
      const { workers } = neededWorkers({ ...now, asked: 0 }, 10_000);
      expect(neededWorkers({ ...now, asked: workers }, 10_000).workers).toBe(0);
    });
  });

  test("once as many came, none is needed any more", () => {
    holds([figures], (now) => {
      const { workers } = neededWorkers({ ...now, asked: 0 }, 10_000);
      fc.pre(workers > 0);
      const served = { ...now, asked: 0, incoming: now.incoming + workers * now.slotsPerWorker };
      expect(neededWorkers(served, 10_000).workers).toBe(0);
    });
  });

  test("waves keep their gap between its bounds, and their width too", () => {
    const happenings = fc.array(
      fc.record({ what: fc.constantFrom("vain", "brought", "expired"), pauseMs: fc.nat(5_000) }),
    );
    holds([figures, happenings], (pace, list) => {
      let [waves, now] = [firstAskWaves, 0];
      for (const { what, pauseMs } of list) {
        const dueAt = nextWaveAt(waves, pace) ?? now;
        if (waves.lastAt !== undefined) {
          expect(dueAt - waves.lastAt).toBeGreaterThanOrEqual(firstGapMs(pace) - 1e-6);
          expect(dueAt - waves.lastAt).toBeLessThanOrEqual(Math.max(firstGapMs(pace), lifeMs(pace)) + 1e-6);
        }
        now = Math.max(now, dueAt) + pauseMs;
        waves = startWave(waves, pace, instantMs(now));
        if (what === "brought") waves = waveBrought(waves);
        if (what === "expired") waves = standingAskExpired(waves, instantMs(now));
        expect(waves.cap).toBeGreaterThanOrEqual(lendingParameters.fanMin);
        expect(waves.cap).toBeLessThanOrEqual(lendingParameters.fanMax);
        expect(waves.standFan).toBeGreaterThanOrEqual(lendingParameters.standFan.min);
        expect(waves.standFan).toBeLessThanOrEqual(lendingParameters.standFan.max);
      }
      expect(startWave(waves, pace, instantMs(now + calmMs(pace) + 1))).toMatchObject({
        gapMs: undefined,
        standFan: 4,
      });
    });
  });

  test("nobody is asked twice in a wave, nor for more than it has or is needed", () => {
    const spares = fc.array(fc.nat(20), { maxLength: 40 });
    holds([spares, fc.nat(100), fc.integer({ min: 1, max: 64 }), fc.string()], (list, need, fan, seed) => {
      const candidates = list.map((spare, lender) => ({ lender, spare }));
      const asks = chooseLenders(candidates, need, fan, createPrng(seed));
      expect(asks.length).toBeLessThanOrEqual(fan);
      expect(new Set(asks.map(({ lender }) => lender)).size).toBe(asks.length);
      for (const { lender, workers } of asks) {
        expect(workers).toBeGreaterThanOrEqual(1);
        expect(workers).toBeLessThanOrEqual(list[lender] ?? 0);
      }
      const asked = asks.reduce((sum, { workers }) => sum + workers, 0);
      const available = list.reduce((sum, spare) => sum + spare, 0);
      expect(asked).toBeLessThanOrEqual(need);
      if (list.length <= fan) expect(asked).toBe(Math.min(need, available));

      const standing = chooseAtRandom([...list.keys()], need, fan, createPrng(seed));
      expect(standing.length).toBe(need < 1 ? 0 : Math.min(fan, list.length));
      expect(new Set(standing.map(({ lender }) => lender)).size).toBe(standing.length);
      if (standing.length > 0) {
        expect(standing.reduce((sum, { workers }) => sum + workers, 0)).toBeGreaterThanOrEqual(need);
      }
    });
  });
});

describe("lending", () => {
  test("nothing is lent by a master that asks, borrows or has tasks waiting: so no two of them swap workers", () => {
    holds([figures, fc.boolean()], (now, isSevere) => {
      if (now.backlog > 0 || now.guests > 0 || now.incoming > 0 || now.asked > 0) {
        expect(spareSlots(now, { isSevere })).toBe(0);
      }
      if (neededWorkers(now, 10_000).workers > 0) expect(spareSlots(now, { isSevere })).toBe(0);
      if (reclaimCount(now) > 0) expect(spareSlots(now, { isSevere })).toBe(0);
    });
  });

  test("never more than is idle, never the staff, and to those in severe need no less than to others", () => {
    holds([idleFigures], (now) => {
      const spare = spareSlots(now, { isSevere: false });
      expect(spare).toBeGreaterThanOrEqual(0);
      expect(spare).toBeLessThanOrEqual(now.idleOwn);
      if (spare > 0) {
        expect(now.present - now.leaving - spare).toBeGreaterThanOrEqual(
          offeredLoad(now) - lendingParameters.loadSlack,
        );
      }
      expect(spareSlots(now, { isSevere: true })).toBeGreaterThanOrEqual(spare);
    });
  });

  test("a lender with more to do spares no more, one with more idle workers no less", () => {
    holds([idleFigures, fc.nat(100), slots], (now, more, hands) => {
      const spare = spareSlots(now, { isSevere: false });
      const busier = { ...now, arrivalsPerMs: now.arrivalsPerMs + more / 10 / now.serviceMs };
      expect(spareSlots(busier, { isSevere: false })).toBeLessThanOrEqual(spare);
      const richer = { ...now, idleOwn: now.idleOwn + hands, present: now.present + hands };
      expect(spareSlots(richer, { isSevere: false })).toBeGreaterThanOrEqual(spare);
    });
  });

  test("the operator's reserve and limit hold, whatever is spared", () => {
    holds([idleFigures, slots, slots, slots, slots], (now, home, lent, lendReserve, lendMax) => {
      const room = lendRoom(home, lent, { lendReserve, lendMax });
      const told = spareWorkers(now, room);
      expect(told).toBeGreaterThanOrEqual(0);
      if (told > 0) {
        expect(home - told).toBeGreaterThanOrEqual(lendReserve);
        expect(lent + told).toBeLessThanOrEqual(lendMax);
      }
    });
  });

  const wants = fc
    .array(fc.record({ workers: fc.nat(12), backlog: fc.nat(300), serviceMs: lengthMs, slots: fc.nat(12) }), {
      maxLength: 8,
    })
    .map((list) => list.map((want, borrower) => ({ ...want, borrower })));
  const idle = fc
    .array(fc.integer({ min: 1, max: 8 }), { maxLength: 24 })
    .map((list) => list.map((slotsEach, worker) => ({ worker, slots: slotsEach })));

  test("gifts keep within what is spared, wanted and allowed, and nobody is given twice", () => {
    holds([wants, idle, slots, slots, fc.nat(24), lengthMs], (asked, workers, spare, extra, room, moveMs) => {
      const gifts = fill(asked, { idle: workers, spare, spareIfSevere: spare + extra, room, moveMs });
      expect(gifts.length).toBeLessThanOrEqual(room);
      expect(new Set(gifts.map(({ worker }) => worker)).size).toBe(gifts.length);
      const given = gifts.reduce((sum, { worker }) => sum + (workers[worker]?.slots ?? 0), 0);
      expect(given).toBeLessThanOrEqual(spare + extra);
      for (const { borrower, workers: wanted } of asked) {
        expect(gifts.filter((gift) => gift.borrower === borrower).length).toBeLessThanOrEqual(wanted);
      }
      const isAnySevere = asked.some(
        (want) => estimatedWaitMs(want) > severeMs({ ...want, moveMs, latencyMs: moveMs }),
      );
      if (!isAnySevere) expect(given).toBeLessThanOrEqual(spare);
    });
  });

  test("nobody is left worse off than one who got a worker would be without it", () => {
    holds([wants, fc.nat(24)], (asked, count) => {
      const workers = Array.from({ length: count }, (_, worker) => ({ worker, slots: 1 }));
      const supply = { idle: workers, spare: count, spareIfSevere: count, room: count, moveMs: durationMs(10) };
      const gifts = fill(asked, supply);
      const got = asked.map(({ borrower }) => gifts.filter((gift) => gift.borrower === borrower).length);
      for (const [index, served] of asked.entries()) {
        const count = got[index] ?? 0;
        if (count === 0) continue;
        const without = estimatedWaitMs({ ...served, slots: served.slots + count - 1 });
        for (const [other, want] of asked.entries()) {
          if ((got[other] ?? 0) >= want.workers) continue;
          expect(estimatedWaitMs({ ...want, slots: want.slots + (got[other] ?? 0) })).toBeLessThanOrEqual(without);
        }
      }
    });
  });
});

describe("going home", () => {
  test("no more is called back than is lent, and more waiting tasks call back no fewer", () => {
    holds([figures, fc.nat(500)], (now, more) => {
      const count = reclaimCount(now);
      expect(count).toBeGreaterThanOrEqual(0);
      expect(count).toBeLessThanOrEqual(now.lent - now.beingReclaimed);
      expect(reclaimCount({ ...now, backlog: now.backlog + more })).toBeGreaterThanOrEqual(count);
      if (count > 0) expect(reclaimCount({ ...now, beingReclaimed: now.lent })).toBe(0);
    });
  });

  test("what is to be called back is, if it is there, and from nobody more than it has", () => {
    const loans = fc
      .array(
        fc.record({
          workers: fc.nat(8),
          slotsEach: fc.integer({ min: 1, max: 8 }),
          waitMs: fc.option(lengthMs, { nil: undefined }),
        }),
      )
      .map((list) => list.map((loan, borrower) => ({ ...loan, borrower, slots: loan.workers * loan.slotsEach })));
    holds([loans, fc.nat(200)], (list, wanted) => {
      const taken = reclaimFrom(list, wanted);
      for (const { borrower, workers } of taken) {
        expect(workers).toBeGreaterThanOrEqual(1);
        expect(workers).toBeLessThanOrEqual(list[borrower]?.workers ?? 0);
      }
      const total = taken.reduce((sum, { borrower, workers }) => sum + workers * (list[borrower]?.slotsEach ?? 0), 0);
      expect(total).toBeGreaterThanOrEqual(
        Math.min(
          wanted,
          list.reduce((sum, loan) => sum + loan.slots, 0),
        ),
      );
    });
  });

  test("an idle guest that stays is looked at again, and one that stays longer is never kept longer", () => {
    holds([figures, lengthMs, lengthMs, lengthMs], (now, idleMs, heldMs, moreMs) => {
      const guest = { idleMs, heldMs: durationMs(idleMs + heldMs), slots: 1 };
      const staysMs = guestStaysMs(now, guest);
      expect(staysMs).toBeGreaterThanOrEqual(0);
      const later = { idleMs: durationMs(idleMs + moreMs), heldMs: durationMs(guest.heldMs + moreMs), slots: 1 };
      if (staysMs === 0) expect(guestStaysMs(now, later)).toBe(0);
      const quiet = { ...now, arrivalsPerMs: 0, present: now.present + 1 };
      const waitMs = guestStaysMs(quiet, guest);
      const waited = { idleMs: durationMs(idleMs + waitMs), heldMs: durationMs(guest.heldMs + waitMs), slots: 1 };
      expect(guestStaysMs(quiet, waited)).toBeLessThan(1e-6);
    });
  });
});

test("a system in which everything takes so many times as long decides the same", () => {
  holds([figures, factor], (now, times) => {
    const then = slower(now, times);
    expect(expectedSlots(then)).toBe(expectedSlots(now));
    expect(neededWorkers(then, 50).workers).toBe(neededWorkers(now, 50).workers);
    expect(neededWorkers(then, 50).reason).toBe(neededWorkers(now, 50).reason);
    expect(reclaimCount(then)).toBe(reclaimCount(now));
    for (const isSevere of [true, false]) expect(spareSlots(then, { isSevere })).toBe(spareSlots(now, { isSevere }));
    const guest = { idleMs: now.serviceMs, heldMs: now.moveMs, slots: 1 };
    const slowGuest = { idleMs: then.serviceMs, heldMs: then.moveMs, slots: 1 };
    expect(guestStaysMs(then, slowGuest)).toBe(guestStaysMs(now, guest) * times);
  });
});
