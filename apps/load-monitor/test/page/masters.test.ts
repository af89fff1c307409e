import { describe, expect, test } from "vitest";
import { busyShare, listMasters, sortKeys, totalsOf } from "../../page/src/model/masters.ts";
import { afterSnapshot, nothingYet } from "../../page/src/model/state.ts";
import { at, loan, master, snapshot, worker } from "./support.ts";

const noFigures = { backlog: null, estimatedWaitMs: null, throughputPerS: null, slots: null, busySlots: null };
const workers = {
  total: 5,
  alive: null,
  idle: 1,
  owned: null,
  lent: null,
  borrowed: null,
  failed: null,
  utilization: 0.8,
};
const state = afterSnapshot(
  nothingYet,
  snapshot({
    masters: [
      master("m10", { state: "SATURATED", backlog: 12, estimatedWaitMs: 100, busySlots: 4, heardAt: at(9) }),
      master("m2", { backlog: 3, estimatedWaitMs: 900, busySlots: 1, throughputPerS: 8, heardAt: at(5) }),
      master("m1", { ...noFigures, workers, state: "UNKNOWN" }),
      master("m3", { state: "STALLED", backlog: 1, freshness: "stale" }),
      master("old", { freshness: "gone", state: "STALLED", backlog: 99 }),
    ],
    loans: [loan()],
  }),
);

describe("the list of masters", () => {
  test.for([
    { sort: "state", first: ["m3", "m10", "m2", "m1"] },
    { sort: "id", first: ["m1", "m2", "m3", "m10"] },
    { sort: "backlog", first: ["m10", "m2", "m3", "m1"] },
    { sort: "wait", first: ["m2", "m10", "m3", "m1"] },
    { sort: "busy", first: ["m10", "m1", "m2", "m3"] },
    { sort: "throughput", first: ["m2", "m3", "m10", "m1"] },
    { sort: "age", first: ["m2", "m10", "m1", "m3"] },
  ] as const)("by $sort", ({ sort, first }) => {
    expect(listMasters(state, { sort, text: "" })).toStrictEqual({ present: first, gone: ["old"] });
  });

  test("can be sorted by every column", () => {
    for (const sort of sortKeys) expect(listMasters(state, { sort, text: "" }).present.length).toBe(4);
  });

  test("shows only those whose id contains what is typed", () => {
    expect(listMasters(state, { sort: "id", text: " M1 " })).toStrictEqual({ present: ["m1", "m10"], gone: [] });
  });
});

describe("the busy share", () => {
  test.for([
    { of: master("a", { slots: 4, busySlots: 1 }), is: 0.25 },
    { of: master("a", { slots: 2, busySlots: 5 }), is: 1 },
    { of: master("a", { slots: null, workers }), is: 0.8 },
    { of: master("a", { slots: 0, busySlots: 0 }), is: 0 },
  ])("is $is", ({ of, is }) => {
    expect(busyShare(of)).toBe(is);
  });
});

test("the totals leave out who is gone, and count what is known", () => {
  expect(totalsOf(state)).toStrictEqual({
    ...{ masters: 4, stale: 1, gone: 1, saturated: 1, stalled: 1, workers: 14, idle: 10, backlog: 16 },
    ...{ throughputPerS: 8, loans: 1 },
  });
});

test("a worker that two masters still tell of is counted once, also on its way, and one that is lost is not", () => {
  const masters = [
    master("a", { workers: { ...workers, total: 3, alive: 3 } }),
    master("b"),
    master("crowd", { workers }),
  ];
  const named = [
    ...[worker("w1", "a"), worker("w2", "a", { master: "b", busy: 1 }), worker("w3", "a", { master: null })],
    ...[worker("w4", "b", { busy: 1 }), worker("w5", "b", { status: "TIMEOUT" })],
  ];
  const { workers: count, idle } = totalsOf(afterSnapshot(nothingYet, snapshot({ masters, workers: named })));
  // The crowd has no names: it says five, of which one is idle.
  expect([count, idle]).toStrictEqual([4 + 5, 2 + 1]);
});
