import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMonitorModel } from "@mutirao/monitor-model";
import type { Exchange, MonitorDelta, MonitoredNotice } from "@mutirao/operator-api/monitor";
import { epochMs, nodeId } from "@mutirao/primitives";
import { decodeLine } from "@mutirao/protocol";
import { test as base, describe, expect } from "vitest";
import { type History, openHistory } from "../src/history/history.ts";
import { now } from "../src/live-feed.ts";
import type { MonitorError } from "../src/monitor-errors.ts";
import { eventually } from "./support/eventually.ts";
import { reportLine } from "./support/report-line.ts";

const test = base.extend("folder", async ({ signal: _signal }, { onCleanup }) => {
  const folder = mkdtempSync(join(tmpdir(), "mutirao-test-"));
  onCleanup(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
});

const GIGABYTE = 2 ** 30;

async function open(directory: string, fileMaxBytes = GIGABYTE) {
  const turns: (string | undefined)[] = [];
  const history = await openHistory({ directory, fileMaxBytes, onTurn: (failure) => void turns.push(failure?.code) });
  return { history, turns };
}

/** What a model makes of some reports. */
function deltaOf(...lines: readonly string[]): MonitorDelta {
  const model = createMonitorModel({ mastersMax: 10_000, workersMax: 10, loansMax: 10 });
  model.setWallOffset(Date.now() - now());
  for (const line of lines) {
    const decoded = decodeLine(line);
    if ("message" in decoded && decoded.message.kind === "performance-report") {
      model.onReport({ ...decoded.message, from: nodeId(decoded.message.from), sentAt: epochMs(0) }, "10.0.0.1", now());
    }
  }
  const changes = model.take();
  if (changes === undefined) throw new Error("there are reports");
  return { status: {} as MonitorDelta["status"], ...changes };
}

const pending = (id: string, tasks: number): string =>
  reportLine(id, {
    performance: {
      config_thresholds: { max_task: 10 },
      farm_state: { tasks: { tasks_pending: tasks }, workers: { workers_alive: 1 } },
    },
  });

const nowS = (): number => Math.floor(Date.now() / 1_000);
const lastHour = (history: History, master: string) =>
  history.series({ master, from: nowS() - 3_600, to: nowS(), points: 360 });

describe("the history", () => {
  test("knows after a restart what was before", async ({ folder }) => {
    const first = await open(folder);
    first.history.onDelta(deltaOf(pending("m1", 5)));
    first.history.onDelta(deltaOf(pending("m2", 20)));
    await first.history.close();
    const { history } = await open(folder);
    const past = await history.past();
    expect(past.masters.map(({ id, backlog }) => [id, backlog])).toStrictEqual([
      ["m1", 5],
      ["m2", 20],
    ]);
    expect(past.notices.map(({ kind }) => kind)).toContain("master-appeared");
    expect(await lastHour(history, "m2")).toMatchObject({
      backlog: [20],
      state: ["SATURATED"],
      workersOwned: [1],
      slots: [null],
    });
    expect(await lastHour(history, "nobody")).toMatchObject({ at: [], backlog: [] });
    await history.close();
  });

  test("keeps the worst backlog of a step and the gravest state, and the mean of the rest", async ({ folder }) => {
    const { history } = await open(folder);
    // One step, whatever the time: it is joined once more when it is read.
    for (const [index, tasks] of [1, 30, 2].entries()) {
      const delta = deltaOf(pending("m1", tasks));
      history.onDelta({ ...delta, masters: delta.masters.map((master) => ({ ...master, reports: index + 1 })) });
    }
    await history.close();
    const again = await open(folder);
    const series = await again.history.series({ master: "m1", from: nowS() - 86_400, to: nowS() + 60, points: 2 });
    expect(Math.max(...(series.backlog as number[]))).toBe(30);
    expect(series.state).toContain("SATURATED");
    expect(series.at.length).toBeLessThanOrEqual(2);
    await again.history.close();
  });

  test("is searched", async ({ folder }) => {
    const { history } = await open(folder);
    const notice = (n: number, kind: string, master: string | null, data = {}): MonitoredNotice => ({
      ...{ n, at: new Date().toISOString(), master, kind, severity: "info", data },
    });
    const delta = deltaOf(pending("m1", 1));
    const notices = [
      notice(1, "worker-joined", "m1", { worker: "<b>w1</b>" }),
      notice(2, "load-changed", "m2", { to: "100%" }),
      notice(3, "worker-gone", "m1", { worker: "w2" }),
      notice(4, "history-failed", null),
    ];
    history.onDelta({ ...delta, notices });
    await history.close();
    const again = await open(folder);
    const numbers = async (query: object) => (await again.history.notices({ limit: 10, ...query })).map(({ n }) => n);
    expect(await numbers({})).toStrictEqual([4, 3, 2, 1]);
    expect(await numbers({ limit: 2 })).toStrictEqual([4, 3]);
    expect(await numbers({ master: "m1" })).toStrictEqual([3, 1]);
    expect(await numbers({ kind: "load-changed" })).toStrictEqual([2]);
    expect(await numbers({ text: "WORKER" })).toStrictEqual([3, 1]);
    expect(await numbers({ text: "0%" })).toStrictEqual([2]);
    expect(await numbers({ text: "' OR 1=1 --" })).toStrictEqual([]);
    expect((await again.history.notices({ limit: 1, kind: "worker-joined" }))[0]).toStrictEqual(notices[0]);
    await again.history.close();
  });

  test("has the conversation, also in a file of the form before, which knew none", async ({ folder }) => {
    const old = await open(folder);
    old.history.onDelta(deltaOf(pending("m1", 5)));
    await old.history.close();
    const { DatabaseSync } = await import("node:sqlite");
    const file = new DatabaseSync(join(folder, "history.sqlite"));
    file.exec("DROP TABLE exchanges; PRAGMA user_version = 1");
    file.close();

    const { history } = await open(folder);
    const exchange = (n: number): Exchange => ({
      ...{ n, at: "2026-11-24T15:31:12.345Z", toldBy: "m1", from: "m1", to: "m2", word: "WORKER_REQUEST", count: 1 },
      ...{ workers: [], why: null, line: '{"TASK":"WORKER_REQUEST","x":"<b>\u202e\ud800"}', bytes: 40, isCut: false },
    });
    history.onDelta({ ...deltaOf(pending("m1", 6)), exchanges: [exchange(1), exchange(2)] });
    await history.close();
    const again = await open(folder);
    const past = await again.history.past();
    expect(past.exchanges).toStrictEqual([exchange(1), exchange(2)]);
    expect(past.masters).toMatchObject([{ id: "m1", backlog: 6 }]);
    await again.history.close();
  });

  test.for([
    ["garbage", () => Buffer.from("this is no database, and it is long enough to have a header of one".repeat(100))],
    ["another program's", undefined],
  ] as const)("that is %s is refused with a clear error, and left as it is", async ([, bytes], { folder }) => {
    const file = join(folder, "history.sqlite");
    if (bytes !== undefined) writeFileSync(file, bytes());
    else {
      const { DatabaseSync } = await import("node:sqlite");
      const other = new DatabaseSync(file);
      other.exec("CREATE TABLE theirs (a)");
      other.close();
    }
    await expect(open(folder)).rejects.toMatchObject({ code: "ERR_HISTORY_CORRUPT" } satisfies Partial<MonitorError>);
  });

  test("is one monitor's at a time", async ({ folder }) => {
    const { history } = await open(folder);
    await expect(open(folder)).rejects.toMatchObject({ code: "ERR_HISTORY_LOCKED" });
    await history.close();
    await (await open(folder)).history.close();
  });

  test("that has no room says so, loses what happens, and can still be read", async ({ folder }) => {
    const { history, turns } = await open(folder, 200 * 1_024);
    const many = Array.from({ length: 2_000 }, (_, index) => pending(`m${index}`, index));
    history.onDelta(deltaOf(...many));
    await eventually(() => turns).toStrictEqual(["ERR_HISTORY_FULL"]);
    expect(history.state).toMatchObject({ state: "failed", why: expect.stringContaining("ERR_HISTORY_FULL") });
    history.onDelta(deltaOf(pending("small", 1)));
    await eventually(() => turns).toStrictEqual(["ERR_HISTORY_FULL", undefined]);
    expect(history.state).toStrictEqual({ state: "on", why: null });
    expect(await lastHour(history, "small")).toMatchObject({ backlog: [1] });
    await history.close();
  });
});
