import { after, type DurationMs, durationMs, type InstantMs, instantMs } from "@mutirao/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineRateOf, mayHandleLine, nextLineAt, payLine } from "../src/line-budget.ts";

/** How many lines a sender gets through that sends as many as it may at each of these moments. */
function handledAt(moments: readonly InstantMs[], linesPerSecondMax: number, linesBurstMax: number): number[] {
  const rate = lineRateOf({ linesPerSecondMax, linesBurstMax });
  let paidUntil = moments[0] ?? instantMs(0);
  return moments.map((now) => {
    let lines = 0;
    for (; mayHandleLine(rate, paidUntil, now); lines++) paidUntil = payLine(rate, paidUntil, now);
    return lines;
  });
}

const at = (...moments: number[]): InstantMs[] => moments.map(instantMs);

describe("the line budget", () => {
  it("is a burst at once, then the rate", () => {
    expect(handledAt(at(0, 10, 20, 120), 100, 5)).toEqual([5, 1, 1, 5]);
  });

  it("does not add up over a long silence", () => {
    expect(handledAt(at(0, 1e9), 200, 1_000)).toEqual([1_000, 1_000]);
  });

  it("says when the next line may come, not a moment too early or late", () => {
    const rate = lineRateOf({ linesPerSecondMax: 200, linesBurstMax: 3 });
    let paidUntil = instantMs(1_000);
    for (let lines = 0; lines < 3; lines++) paidUntil = payLine(rate, paidUntil, instantMs(1_000));
    const next = nextLineAt(rate, paidUntil);
    expect(mayHandleLine(rate, paidUntil, next)).toBe(true);
    expect(mayHandleLine(rate, paidUntil, after(next, durationMs(-0.01)))).toBe(false);
  });

  it("never lets through more than the burst and the rate, whenever the lines come", () => {
    const gaps = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 100 }),
        (waits, perSecond, burst) => {
          const moments: InstantMs[] = [];
          let now = instantMs(0);
          for (const wait of waits) {
            now = after(now, wait as DurationMs);
            moments.push(now);
          }
          const handled = handledAt(moments, perSecond, burst).reduce((sum, lines) => sum + lines, 0);
          const span = now - (moments[0] ?? now);
          expect(handled).toBeLessThanOrEqual(burst + (span * perSecond) / 1_000 + 1);
        },
      ),
    );
  });
});
