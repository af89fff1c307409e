import { nodeId } from "@mutirao/primitives";
import { expect, it } from "vitest";
import { at, sampleLease } from "../src/conformance.ts";
import { byLastChange, chooseLeasesToForget, LEASES_MAX, leaseMistake } from "../src/index.ts";

// Those in capitals are away.
const leases = Object.entries({ d: 30, A: 10, c: 20, b: 10, e: 40 }).map(([worker, ms]) =>
  sampleLease(worker, 1, worker === "A" ? "peer" : undefined, ms),
);
const isHome = ({ borrower }: (typeof leases)[number]): boolean => borrower === undefined;

it.each([
  { max: 5, forgotten: "" },
  { max: 4, forgotten: "" },
  { max: 3, forgotten: "b" },
  { max: 2, forgotten: "bc" },
  { max: 0, forgotten: "bcde" },
])("above $max, it forgets the leases '$forgotten'", ({ max, forgotten }) => {
  const chosen = chooseLeasesToForget(leases, isHome, max);
  expect(chosen.map(({ worker }) => worker).join("")).toBe(forgotten);
});

it("forgets none of the few that a master has", () => {
  expect(LEASES_MAX).toBeGreaterThan(leases.length);
  expect(chooseLeasesToForget(leases, isHome)).toEqual([]);
});

it("orders leases by their last change, and then by the worker", () => {
  const ordered = leases.toSorted(byLastChange);
  expect(ordered.map(({ worker }) => worker).join("")).toBe("Abcde");
  expect(byLastChange({ worker: nodeId("a"), changedAt: at(1) }, { worker: nodeId("b"), changedAt: at(1) })).toBe(-1);
  expect(byLastChange({ worker: nodeId("b"), changedAt: at(1) }, { worker: nodeId("a"), changedAt: at(1) })).toBe(1);
});

it.each([
  { epoch: 1, last: undefined, isRight: true },
  { epoch: 7, last: undefined, isRight: true },
  { epoch: 7, last: 7, isRight: true },
  { epoch: 8, last: 7, isRight: true },
  { epoch: 6, last: 7, isRight: false },
  { epoch: 0, last: undefined, isRight: false },
  { epoch: 1.5, last: 1, isRight: false },
  { epoch: 2 ** 53, last: 1, isRight: false },
])("an epoch of $epoch after $last: $isRight", ({ epoch, last, isRight }) => {
  const mistake = leaseMistake(nodeId("w1"), epoch, last);
  expect(mistake === undefined).toBe(isRight);
  if (!isRight) expect(mistake).toContain("the epoch of w1");
});
