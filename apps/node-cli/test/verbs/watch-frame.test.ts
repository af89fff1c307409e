import { stripVTControlCharacters } from "node:util";
import type { Load, Worker } from "@mutirao/operator-api";
import { describe, expect, test } from "vitest";
import { drawFrame, type FrameContent, sparkline } from "../../src/verbs/watch-frame.ts";

const at = "2026-11-24T15:31:12.345Z";

const load: Load = {
  state: "SATURATED",
  causes: ["backlog"],
  since: at,
  backlog: 12,
  running: 4,
  workers: 30,
  idleWorkers: 0,
  slots: 4,
  busySlots: 4,
  estimatedWaitMs: null,
  oldestWaitMs: 810,
  arrivalsPerS: 6.25,
  serviceMs: 1_000,
  terms: [{ name: "backlog", value: 12, unit: "tasks", high: 10, low: 4, isTripped: true }],
};

const worker = (index: number): Worker => ({
  id: `worker-${index}`,
  status: "ALIVE",
  owner: index === 1 ? "master-b" : "master-a",
  borrowed: index === 1,
  running: [],
  style: "session",
  slots: 4,
  types: ["QUERY"],
  tasksDone: index,
  host: "127.0.0.1",
  port: 50_000 + index,
  lastSeenAt: at,
});

const content: FrameContent = {
  title: "master master-a at http://127.0.0.1:10101",
  snapshot: { at, load, workers: Array.from({ length: 30 }, (_, index) => worker(index)), peers: [], running: [] },
  backlogs: [1, 6, 12],
  trouble: undefined,
};

const frame = (columns: number, rows: number, changes: Partial<FrameContent> = {}): readonly string[] =>
  drawFrame({ ...content, ...changes }, { columns, rows }).map(stripVTControlCharacters);

describe("a frame", () => {
  test("with room for all of it shows all of it", () => {
    const lines = frame(160, 100);
    expect(lines[0]).toMatch(/^master master-a at http:\/\/127\.0\.0\.1:10101 +q ends$/);
    expect(lines[0]).toHaveLength(160);
    expect(lines[2]).toMatch(/^SATURATED for .*, because of backlog$/);
    expect(lines[3]).toBe(
      "backlog 12 ▂▅█   slots 4 of 4 busy   30 workers, 0 idle   wait without end   oldest 810 ms   6.25 tasks/s in   1.0 s each",
    );
    expect(lines.filter((line) => /^worker-\d+ +ALIVE/.test(line))).toHaveLength(30);
    expect(lines.find((line) => line.startsWith("worker-1 "))).toContain("master-b (borrowed)");
    expect(lines).toContain("4 running");
    expect(lines.at(-1)).toMatch(/^backlog +12 +tasks +10 +4 +tripped$/);
  });

  test.each([
    [80, 24],
    [40, 10],
    [20, 5],
    [3, 1],
  ])("of %d by %d is no larger than that", (columns, rows) => {
    const lines = frame(columns, rows);
    expect(lines.length).toBeLessThanOrEqual(rows);
    if (columns >= 40) expect(Math.max(...lines.slice(4).map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  test("says how much it leaves out, and leaves nothing out entirely", () => {
    const lines = frame(100, 24);
    expect(lines.find((line) => line.startsWith("30 workers ("))).toMatch(/^30 workers \(\d+ of 30 shown\)$/);
    expect(lines).toContain("load");
    expect(lines.at(-1)).toMatch(/^backlog/);
  });

  test("says why it is old", () => {
    expect(frame(60, 24, { trouble: "no master answers [ERR_MASTER_UNREACHABLE]" })[0]).toBe(
      "no master answers [ERR_MASTER_UNREACHABLE]",
    );
  });

  test("what strangers say cannot move the cursor", () => {
    const evil = { ...worker(0), id: "x\u001b[2J", types: ["\u009b31m"] };
    const lines = drawFrame(
      { ...content, snapshot: { ...content.snapshot, workers: [evil] } },
      { columns: 200, rows: 50 },
    );
    const text = lines.join("\n");
    expect(text).toContain("x\\u001b[2J");
    for (const sequence of ["\u001b[2J", "\u009b"]) expect(text).not.toContain(sequence);
  });
});

test("little bars", () => {
  expect(sparkline([0, 1, 4, 8])).toBe("▁▂▅█");
  expect(sparkline([0, 0])).toBe("▁▁");
  expect(sparkline([])).toBe("");
});
