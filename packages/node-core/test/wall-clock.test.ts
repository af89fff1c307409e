import { epochMs, instantMs, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createWallClock } from "../src/machines/wall-clock.ts";
import { createMasterScene, draft, hello, ok, results } from "./support/master-scene.ts";

const TEN_YEARS_MS = 315_360_000_000;

/** A clock that starts at moment 0 and is set at each of the given moments to so much ahead of the moments. */
function clockSet(...settings: readonly (readonly [at: number, offsetMs: number])[]) {
  const clock = createWallClock();
  clock.set(1_000_000, instantMs(0));
  for (const [at, offsetMs] of settings) clock.set(offsetMs, instantMs(at));
  return clock;
}

describe("the earliest time of day of anything since a moment", () => {
  const since = (clock: ReturnType<typeof createWallClock>, at: number) => clock.earliestSince(instantMs(at));

  test("is that of the moment, but for a second, while the clock is only kept right", () => {
    expect(since(clockSet([1_000, 1_000_200], [2_000, 999_900]), 500)).toBe(epochMs(999_500));
  });

  test("is that of before a jump forward, for as long as that is not older", () => {
    const clock = clockSet([5_000, 1_000_000 + TEN_YEARS_MS]);
    expect(since(clock, 4_000)).toBe(epochMs(1_003_000));
    expect(since(clock, 5_001)).toBe(epochMs(1_004_001 + TEN_YEARS_MS));
  });

  test("is that of after a jump back, which is lower", () => {
    const clock = clockSet([5_000, 400_000]);
    expect(since(clock, 4_000)).toBe(epochMs(404_000));
    expect(since(clock, 6_000)).toBe(epochMs(405_000));
  });

  test("is never too late, however often the clock is set", () => {
    const settings = Array.from({ length: 500 }, (_, index) => [index * 10, index % 2 === 0 ? 0 : 5_000] as const);
    const clock = clockSet(...settings);
    for (const [at] of settings) expect(since(clock, at)).toBeLessThanOrEqual(at + 10);
  });
});

describe("ended tasks", () => {
  const START = 1_000_000;
  const figures = { cpuCount: 1 } as never;
  const kept = (jumpMs: number) => {
    const scene = createMasterScene({ keepMs: seconds(600) });
    scene.opens("w");
    scene.says("w", hello("w"), results("w", [], { resynced: true }));
    scene.passTo(30);
    scene.submits(draft("a"));
    scene.says("w", results("w", [ok("a")]));
    scene.handle({ type: "host-measured", figures, wallOffsetMs: START + jumpMs });
    return scene;
  };

  /** Time passes, and whatever the store is to forget it has not. */
  const pass = (scene: ReturnType<typeof kept>, minutes: number): void => {
    for (let minute = 1; minute <= minutes; minute++) {
      scene.passTo(60 * minute);
      scene.handle({ type: "store-pruned", tasks: [] });
    }
  };

  test.each([
    ["is set forward by ten years", TEN_YEARS_MS],
    ["is set back by a day", -86_400_000],
    ["is not set", 0],
  ])("are not too old before --keep has passed when the clock %s", (_, jumpMs) => {
    const scene = kept(jumpMs);
    const endedAt = scene.kept("a")?.endedAt ?? 0;
    pass(scene, 10);
    expect(scene.prunings).toHaveLength(10);
    for (const before of scene.prunings) expect(before).toBeLessThanOrEqual(endedAt);
  });

  test.each([
    ["was set forward by ten years", TEN_YEARS_MS],
    ["was not set", 0],
  ])("are too old after it, though the clock %s", (_, jumpMs) => {
    const scene = kept(jumpMs);
    pass(scene, 12);
    expect(scene.prunings.at(-1)).toBeGreaterThan(scene.kept("a")?.endedAt ?? 0);
  });
});
