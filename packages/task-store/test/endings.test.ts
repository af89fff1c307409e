import { type EpochMs, epochMs, type TaskId, taskId } from "@mutirao/primitives";
import { describe, expect, it } from "vitest";
import { endedStatus, sampleTask } from "../src/conformance.ts";
import { createEndings } from "../src/endings.ts";
import { chooseToForget } from "../src/pruning.ts";
import type { TaskRecord } from "../src/task-record.ts";

const id = (n: number) => taskId(`task-${n}`);
const ended = (n: number, endedAt: number): TaskRecord =>
  sampleTask(n, { status: { ...endedStatus("done", 0), endedAt: epochMs(endedAt) } });

/** The endings of a store that only keeps records. */
function createBench() {
  const records = new Map<TaskId, TaskRecord>();
  const endings = createEndings((record) => records.get(record.id) === record);
  return {
    keep(record: TaskRecord) {
      const before = records.get(record.id);
      records.set(record.id, record);
      endings.note(record, before);
    },
    take(endedBefore: number, finishedMax: number) {
      const taken = endings.take(epochMs(endedBefore), finishedMax);
      for (const task of taken) records.delete(task);
      return taken;
    },
  };
}

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
      const bench = createBench();
      const all = times.map((time, n) => [id(n), epochMs(time)] as const);
      for (const [n, at] of times.entries()) bench.keep(ended(n, at));
      const chosen: readonly unknown[] = chooseToForget(all, before as EpochMs, max);
      expect(bench.take(before, max)).toEqual(chosen);
      expect(bench.take(1_000, 0)).toHaveLength(times.length - chosen.length);
    }
  });

  it("of one that is tried again is none, until it has ended once more", () => {
    const bench = createBench();
    bench.keep(ended(0, 1));
    bench.keep(ended(1, 2));
    bench.keep(sampleTask(0));
    expect(bench.take(2, 10)).toEqual([]);
    bench.keep(ended(0, 3));
    expect(bench.take(4, 10)).toEqual([id(1), id(0)]);
  });

  it("that are said twice count once", () => {
    const bench = createBench();
    for (const at of [1, 1]) bench.keep(ended(0, at));
    expect([bench.take(2, 10), bench.take(2, 10)]).toEqual([[id(0)], []]);
  });

  it("are counted right however often tasks are tried again", () => {
    const bench = createBench();
    for (let time = 1; time <= 1_000; time++) {
      bench.keep(ended(time % 7, time));
      if (time % 3 === 0) bench.keep(sampleTask(time % 7));
    }
    // Tasks 0 to 6 ended last at 994 to 1,000; those at 996 and 999 were tried again.
    expect(bench.take(0, 3)).toEqual([id(0), id(1)]);
    expect(bench.take(2_000, 10)).toEqual([id(3), id(4), id(6)]);
  });
});
