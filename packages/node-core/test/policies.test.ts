import { createPrng, durationMs, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { backOffMs } from "../src/policies/back-off.ts";
import { nextDialect } from "../src/policies/next-dialect.ts";
import { stallLimitMs } from "../src/policies/stall.ts";

describe("back-off", () => {
  const drawn = (failures: number, intervalS: number): number[] => {
    const prng = createPrng(`back-off ${failures}`);
    const options = { intervalMs: seconds(intervalS), backOffMaxMs: seconds(30) };
    return Array.from({ length: 1_000 }, () => backOffMs(failures, options, prng) / 1_000);
  };

  test.each([
    ["first failure", 0, 2, 2, 4],
    ["second failure", 1, 2, 4, 8],
    ["third failure", 2, 2, 8, 16],
    ["fourth failure", 3, 2, 15, 30],
    ["every failure after that", 40, 2, 15, 30],
    ["so many failures that the doubling overflows", 5_000, 2, 15, 30],
    ["an interval above the ceiling", 3, 60, 60, 60],
    ["an interval just under the ceiling", 0, 20, 20, 30],
  ])("%s", (_, failures, intervalS, leastS, mostS) => {
    const waits = drawn(failures, intervalS);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(leastS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(mostS);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThanOrEqual((mostS - leastS) * 0.9);
  });
});

describe("the next dialect", () => {
  const asked = (
    first: "brief" | "class",
    answered: "brief" | "class" | "legacy" | undefined,
    reaction: "hangs up" | "is silent" = "hangs up",
  ): string =>
    Array.from({ length: 8 }, (_, unanswered) => {
      const hungUp = reaction === "hangs up" ? unanswered : 0;
      return nextDialect(first, { answered, unanswered, hungUp, isSettled: true })[0];
    }).join("");

  test.each([
    ["a node starts with the brief's", "brief", undefined, "bclbclbc"],
    ["a master starts with the class's", "class", undefined, "cblcblcb"],
    ["what was answered is asked again, and every second time", "brief", "brief", "bbcbcbcb"],
    ["whatever it was", "brief", "class", "ccbcbcbc"],
    ["whatever it was", "brief", "legacy", "llblclbl"],
  ] as const)("%s", (_, first, answered, order) => {
    expect(asked(first, answered)).toBe(order);
  });

  test("a first answer in the older spelling is followed by a trial", () => {
    const experience = { answered: "legacy", unanswered: 0, hungUp: 0, isSettled: false } as const;
    expect(nextDialect("brief", experience)).toBe("brief");
    expect(nextDialect("class", experience)).toBe("class");
  });

  test("a peer that is silent, and does not hang up, is never asked in the spelling that would cost it its id", () => {
    expect(asked("brief", undefined, "is silent")).toBe("bcbcbcbc");
  });
});

test.each([
  [2_000, 6_000, 2_000],
  [2_000, 10_000, 2_000],
  [2_000, 2_500, 250],
  [100, 150, 25],
])("an interval of %d ms and a timeout of %d ms: late by more than %d ms is a stall", (interval, timeout, limit) => {
  expect(stallLimitMs(durationMs(interval), durationMs(timeout))).toBe(limit);
});
