import { instantMs, seconds } from "@mutirao/primitives";
import { beforeEach, expect, test } from "vitest";
import { createFailureDetector, type FailureDetector, type Watched } from "../src/index.ts";

const at = instantMs;

interface Peer extends Watched {
  readonly name: string;
}

const createPeer = (name: string): Peer => ({ name, lastSeenAt: at(0) });
let [a, b] = [createPeer("a"), createPeer("b")];

beforeEach(() => {
  [a, b] = [createPeer("a"), createPeer("b")];
});

/** Wakes the detector whenever it asks to be woken, up to a moment; gives each verdict with its time. */
function verdictsUntil(detector: FailureDetector<Peer>, end: number): [string, number][] {
  const verdicts: [string, number][] = [];
  for (;;) {
    const deadline = detector.nextDeadline();
    if (deadline === undefined || deadline > end) return verdicts;
    for (let peer = detector.takeSilent(deadline); peer !== undefined; peer = detector.takeSilent(deadline)) {
      verdicts.push([peer.name, deadline]);
    }
  }
}

test("a peer is silent exactly one timeout after it was heard last", () => {
  const detector = createFailureDetector<Peer>(seconds(6));
  detector.heard(a, at(0));
  detector.heard(a, at(1_000));
  detector.heard(b, at(2_500));
  expect(verdictsUntil(detector, 60_000)).toEqual([
    ["a", 7_000],
    ["b", 8_500],
  ]);
});

test("a verdict is given once, until the peer is heard again", () => {
  const detector = createFailureDetector<Peer>(seconds(1));
  detector.heard(a, at(0));
  expect(verdictsUntil(detector, 10_000)).toHaveLength(1);
  expect(detector.nextDeadline()).toBeUndefined();
  detector.heard(a, at(10_000));
  expect(verdictsUntil(detector, 20_000)).toEqual([["a", 11_000]]);
});

test("nobody is silent before its time, however often one asks", () => {
  const detector = createFailureDetector<Peer>(seconds(1));
  detector.heard(a, at(0));
  for (let now = 0; now < 1_000; now++) expect(detector.takeSilent(at(now))).toBeUndefined();
  expect(detector.takeSilent(at(1_000))).toBe(a);
});

test("after a stall of our own, silence counts from its end", () => {
  const detector = createFailureDetector<Peer>(seconds(1));
  detector.heard(a, at(0));
  detector.heard(b, at(500));
  detector.resumed(at(5_000));
  detector.heard(b, at(5_200));
  expect(verdictsUntil(detector, 60_000)).toEqual([
    ["a", 6_000],
    ["b", 6_200],
  ]);
});

test("a peer that is forgotten is not accused", () => {
  const detector = createFailureDetector<Peer>(seconds(1));
  detector.heard(a, at(0));
  detector.forget(a);
  expect(detector.nextDeadline()).toBeUndefined();
  expect(detector.takeSilent(at(9_000))).toBeUndefined();
});

test("being heard over and over costs one wake-up per timeout, not one per beat", () => {
  const detector = createFailureDetector<Peer>(seconds(10));
  let wakeUps = 0;
  for (let now = 0; now < 100_000; now += 100) {
    detector.heard(a, at(now));
    const deadline = detector.nextDeadline();
    if (deadline === undefined || deadline > now) continue;
    wakeUps += 1;
    expect(detector.takeSilent(at(now))).toBeUndefined();
  }
  expect(wakeUps).toBeLessThanOrEqual(10);
});
