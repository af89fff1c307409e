import { describe, expect, test } from "vitest";
import { createLayout, type Point } from "../../page/src/model/layout.ts";
import { afterDelta, afterSnapshot, nothingYet } from "../../page/src/model/state.ts";
import { neighbourOf, pointOf, topologyOf } from "../../page/src/model/topology.ts";
import { at, delta, loan, master, snapshot, worker } from "./support.ts";

const peer = (id: string, status: string) => ({ id, at: null, status, lastSeenAt: at(9) });
const begun = afterSnapshot(
  nothingYet,
  snapshot({
    masters: [
      master("a", { peers: [peer("b", "ALIVE"), peer("stranger", "ALIVE")] }),
      master("b", { peers: [peer("a", "TIMEOUT")] }),
    ],
    workers: [worker("w1", "a", { busy: 1 }), worker("w1", "b"), worker("w2", "b", { status: "TIMEOUT" })],
  }),
);

const placesIn = (state: typeof begun) =>
  new Map(topologyOf(state, undefined).dots.map(({ key, place }) => [key, place]));

describe("the topology", () => {
  test("shows each worker around the master that has it", () => {
    expect(topologyOf(begun, undefined).dots).toMatchObject([
      { look: "busy", place: { kind: "at", master: "a", index: 0, of: 1 }, isBorrowed: false },
      { look: "idle", place: { kind: "at", master: "b", index: 0, of: 2 } },
      { look: "silent", place: { kind: "at", master: "b", index: 1, of: 2 } },
    ]);
  });

  test("shows a worker leaving, at its borrower, and at home again", () => {
    const key = '["b","w1"]';
    const leaving = afterDelta(begun, delta({ loans: [loan()], workers: [worker("w1", "b", { master: null })] }));
    expect(placesIn(leaving).get(key)).toStrictEqual({ kind: "between", from: "b", to: "a" });
    const lent = afterDelta(leaving, delta({ workers: [worker("w1", "b", { master: "a" })] }));
    expect(placesIn(lent).get(key)).toStrictEqual({ kind: "at", master: "a", index: 1, of: 2 });
    expect(
      topologyOf(lent, undefined)
        .dots.filter(({ isBorrowed }) => isBorrowed)
        .map((dot) => dot.key),
    ).toStrictEqual([key]);
    const gone = { masters: [], workers: [], loans: ["l"], alarms: [] };
    const home = afterDelta(lent, delta({ gone, workers: [worker("w1", "b")] }));
    expect(placesIn(home).get(key)).toStrictEqual(placesIn(begun).get(key));
  });

  test("shows a worker that is nowhere beside its owner", () => {
    const lost = afterDelta(begun, delta({ workers: [worker("w1", "b", { master: null })] }));
    expect(placesIn(lost).get('["b","w1"]')).toStrictEqual({ kind: "lost", owner: "b" });
  });

  test("shows dots without names for a master that only counts its workers", () => {
    const counts = { ...master("f").workers, alive: 3, idle: 1 };
    const foreign = afterDelta(begun, delta({ masters: [master("f", { workers: counts })] }));
    const dots = topologyOf(foreign, undefined).dots.filter(({ worker: known }) => known === undefined);
    expect(dots.map(({ look }) => look)).toStrictEqual(["busy", "busy", "idle"]);
  });

  test("shows who sees whom, and with somebody's eyes only what they see", () => {
    expect(topologyOf(begun, undefined).sights).toStrictEqual([
      { from: "a", to: "b", status: "ALIVE" },
      { from: "b", to: "a", status: "TIMEOUT" },
    ]);
    expect(topologyOf(begun, "b").sights).toStrictEqual([{ from: "b", to: "a", status: "TIMEOUT" }]);
  });

  test("leaves out who is gone, unless a loan leads there", () => {
    const gone = afterDelta(begun, delta({ masters: [master("b", { freshness: "gone" })] }));
    expect(topologyOf(gone, undefined).ids).toStrictEqual(["a"]);
    expect(topologyOf(afterDelta(gone, delta({ loans: [loan()] })), undefined).ids).toStrictEqual(["a", "b"]);
  });

  test("counts the workers of a crowd instead of drawing each", () => {
    const masters = Array.from({ length: 100 }, (_, n) => master(`m${n}`));
    const crowd = topologyOf(afterSnapshot(nothingYet, snapshot({ masters })), undefined);
    expect([crowd.isDetailed, crowd.dots.length, crowd.ids.length]).toStrictEqual([false, 0, 100]);
  });
});

describe("a dot", () => {
  const positions = new Map<string, Point>([
    ["a", { x: 0, y: 0 }],
    ["b", { x: 100, y: 0 }],
  ]);

  test("is between two masters, or around one, or nowhere", () => {
    expect(pointOf({ kind: "between", from: "a", to: "b" }, positions)).toStrictEqual({ x: 50, y: 0 });
    expect(pointOf({ kind: "at", master: "c", index: 0, of: 1 }, positions)).toBeUndefined();
    const all = Array.from({ length: 40 }, (_, index) =>
      pointOf({ kind: "at", master: "a", index, of: 40 }, positions),
    );
    expect(new Set(all.map((point) => `${point?.x.toFixed(3)} ${point?.y.toFixed(3)}`)).size).toBe(40);
  });
});

describe("the layout", () => {
  const input = { ids: ["a", "b", "c"], links: [["a", "b"]] as const, aspect: 1.5, radius: 80 };

  test("settles, and costs nothing from then on", () => {
    const layout = createLayout();
    layout.set(input);
    expect(layout.isSettled).toBe(false);
    let steps = 0;
    layout.advance(() => ++steps > 2);
    expect([steps, layout.isSettled]).toStrictEqual([3, false]);
    expect(layout.advance(() => ++steps > 1_000)).toBe(true);
    const settled = layout.positions();
    layout.set(input);
    expect(layout.isSettled).toBe(true);
    expect(layout.positions()).toStrictEqual(settled);
  });

  test("keeps masters apart", () => {
    const layout = createLayout();
    layout.set({ ...input, ids: Array.from({ length: 60 }, (_, n) => `m${n}`), links: [] });
    layout.advance(() => false);
    const points = [...layout.positions().values()];
    const nearest = points.map((p) =>
      Math.min(...points.filter((q) => q !== p).map((q) => Math.hypot(p.x - q.x, p.y - q.y))),
    );
    expect(Math.min(...nearest)).toBeGreaterThan(1.5 * input.radius);
  });

  test("leaves those that stay near where they were, and forgets the others", () => {
    const layout = createLayout();
    layout.set(input);
    layout.advance(() => false);
    layout.set({ ...input, ids: ["a", "b"] });
    expect([...layout.positions().keys()]).toStrictEqual(["a", "b"]);
    expect(layout.isSettled).toBe(false);
  });
});

test("the arrow keys lead to the nearest in their direction", () => {
  const positions = new Map<string, Point>([
    ["a", { x: 0, y: 0 }],
    ["b", { x: 100, y: 10 }],
    ["c", { x: 90, y: 90 }],
  ]);
  expect(neighbourOf("a", { x: 1, y: 0 }, positions)).toBe("b");
  expect(neighbourOf("a", { x: 0, y: 1 }, positions)).toBe("c");
  expect(neighbourOf("a", { x: -1, y: 0 }, positions)).toBeUndefined();
});
