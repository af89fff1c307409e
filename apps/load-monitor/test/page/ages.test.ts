import { describe, expect, test } from "vitest";
import { ageMs, freshnessOf, heardNow, timeAtMonitor, troubleOf } from "../../page/src/model/ages.ts";
import { at, master, status } from "./support.ts";

const now = (second: number): number => Date.parse(at(second));

describe("time", () => {
  test("is that of the monitor, which our own clock drives on", () => {
    const heard = heardNow(status, 5_000);
    expect(timeAtMonitor(heard, 5_000)).toBe(now(10));
    expect(timeAtMonitor(heard, 8_000)).toBe(now(13));
  });

  test("goes as fast as a recording is played, and stands still when it is over", () => {
    const quick = heardNow({ ...status, replay: { speed: 10, isOver: false } }, 0);
    const over = heardNow({ ...status, replay: { speed: 10, isOver: true } }, 0);
    expect(timeAtMonitor(quick, 1_000)).toBe(now(20));
    expect(timeAtMonitor(over, 1_000)).toBe(now(10));
  });

  test("never makes anything younger than new", () => {
    expect(ageMs(at(20), now(10))).toBe(0);
    expect(ageMs(at(7), now(10))).toBe(3_000);
  });
});

describe("a master's figures", () => {
  test("grow stale after two intervals, even if the monitor cannot say so any more", () => {
    expect(freshnessOf(master("a"), now(30))).toBe("fresh");
    expect(freshnessOf(master("a"), now(31))).toBe("stale");
  });

  test("are as the monitor says where it says worse", () => {
    expect(freshnessOf(master("a", { freshness: "gone" }), now(10))).toBe("gone");
  });
});

describe("what is wrong with the page", () => {
  test.for([
    { says: "nothing while all is well", with: [status, true, 5_000], is: undefined },
    { says: "nothing is said before anything was heard", with: [undefined, false, 0], is: undefined },
    { says: "a connection that broke", with: [status, false, 0], is: "lost" },
    { says: "a monitor that says nothing", with: [status, true, 10_001], is: "silent" },
    { says: "a monitor that is cut off itself", with: [{ ...status, isCutOff: true }, true, 0], is: "cut-off" },
    {
      says: "a recording that is over",
      with: [{ ...status, replay: { speed: 1, isOver: true } }, true, 0],
      is: "replay-over",
    },
  ] as const)("$says", ({ with: [known, isConnected, silentMs], is }) => {
    expect(troubleOf(known, isConnected, silentMs)).toBe(is);
  });
});
