import { type EpochMs, epochMs, taskId } from "@mutirao/primitives";
import { describe, expect, it } from "vitest";
import { endedStatus, newStatus } from "../src/conformance.ts";
import { createEndings } from "../src/endings.ts";
import { chooseToForget } from "../src/pruning.ts";

const id = (n: number) => taskId(`task-${n}`);
const ended = (endedAt: number) => ({ ...endedStatus("done", 0), endedAt: epochMs(endedAt) });

describe("the endings of tasks", () => {
  it.each([
    ["in order", [1, 2, 3, 4, 5, 6]],
    ["by a clock that was put back", [50, 60, 1, 2, 70, 3]],
  ])("%s are taken as they would be chosen from all", (_, times) => {
    for (const [before, max] of [
      [4, 10],
      [0, 2],
      [3, 1],
      [1_000, 0],
    ] as const) {
      const endings = createEndings();
      const all = times.map((time, n) => [id(n), epochMs(time)] as const);
      for (const [task, at] of all) endings.note(task, ended(at));
      const chosen: readonly unknown[] = chooseToForget(all, before as EpochMs, max);
      expect(endings.take(before as EpochMs, max)).toEqual(chosen);
      expect(endings.take(epochMs(1_000), 0)).toHaveLength(times.length - chosen.length);
    }
  });

  it("of one that is tried again is none, until it has ended once more", () => {
    const endings = createEndings();
    endings.note(id(0), ended(1));
    endings.note(id(1), ended(2));
    endings.note(id(0), newStatus);
    expect(endings.take(epochMs(2), 10)).toEqual([]);
    endings.note(id(0), ended(3));
    expect(endings.take(epochMs(4), 10)).toEqual([id(1), id(0)]);
  });

  it("that are said twice count once", () => {
    const endings = createEndings();
    for (const at of [1, 1]) endings.note(id(0), ended(at));
    expect([endings.take(epochMs(2), 10), endings.take(epochMs(2), 10)]).toEqual([[id(0)], []]);
  });
});
