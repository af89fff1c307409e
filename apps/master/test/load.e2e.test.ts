import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseRecord, test } from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { followEvents } from "./support/event-follower.ts";
import { runMaster } from "./support/master-command.ts";
import { startMaster, startMasterAt } from "./support/master-under-test.ts";
import { startMonitor } from "./support/monitor.ts";
import { type Operator, operatorOf } from "./support/operator.ts";
import { newPlace } from "./support/places.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 3, testTimeout: 90_000 });

const waitBegins = { event: "handler-output", msg: "wait begins" };

/** A backlog that grows and shrinks by itself never: what is in it waits behind a task that nobody lets end. */
function createBacklog(operator: Operator) {
  const waiting: string[] = [];
  return {
    /** Hands in tasks, or cancels the newest, until so many wait. */
    async bringTo(size: number): Promise<void> {
      while (waiting.length < size) waiting.push(await operator.submit({ type: "echo", payload: null }));
      for (const id of waiting.splice(size)) {
        expect(await operator.call("DELETE", `/tasks/${id}`)).toMatchObject({ status: 200 });
      }
    },
  };
}

describe.concurrent("the state of the load", () => {
  test("is entered above one watermark and left below the other, and tells every figure", async ({ processes }) => {
    const gate = join(await processes.newFolder(), "gate");
    const master = await startMaster(processes, "--backlog-high", "10", "--backlog-low", "4");
    const operator = operatorOf(master.place);
    const worker = startWorker(processes, master.address, "hazards", "--id", "w1");
    await operator.submit({ type: "wait", payload: gate });
    await worker.logged(waitBegins);
    const events = await followEvents(master.place);
    const backlog = createBacklog(operator);
    const stateAt = async (size: number): Promise<readonly unknown[]> => {
      await backlog.bringTo(size);
      const load = await operator.load();
      expect(load.backlog).toBe(size);
      return [load.state, ...load.causes];
    };

    expect(await stateAt(10)).toStrictEqual(["NORMAL"]);
    expect(await stateAt(11)).toStrictEqual(["SATURATED", "backlog"]);
    for (const size of [10, 5, 11, 4]) expect(await stateAt(size)).toStrictEqual(["SATURATED", "backlog"]);
    expect(await operator.load()).toMatchObject({
      running: 1,
      workers: 1,
      idleWorkers: 0,
      slots: 1,
      busySlots: 1,
      estimatedWaitMs: expect.any(Number),
      oldestWaitMs: expect.any(Number),
      arrivalsPerS: expect.any(Number),
    });
    const terms = new Map((await operator.load()).terms.map((term) => [term.name, term]));
    expect(terms.get("backlog")).toStrictEqual({
      ...{ name: "backlog", value: 4, unit: "tasks", high: 10, low: 4, isTripped: true },
    });
    for (const name of ["estimatedWait", "oldestWait", "eventLoopLag", "processCpu", "processMemory", "machineCpu"]) {
      expect(terms.get(name)).toMatchObject({ name, value: expect.any(Number), isTripped: false });
    }
    for (const size of [3, 10, 0, 10, 4]) expect(await stateAt(size)).toStrictEqual(["NORMAL"]);
    await events.first("the return", ({ kind, to }) => kind === "load-changed" && to === "NORMAL");
    expect(events.told("load-changed")).toMatchObject([
      { from: "NORMAL", to: "SATURATED", causes: ["backlog"], backlog: 11, workers: 1 },
      { from: "SATURATED", to: "NORMAL", causes: [], backlog: 3, workers: 1 },
    ]);
  });

  test("is STALLED while tasks wait and there is no worker, and says so", async ({ processes }) => {
    const master = await startMaster(processes, "--grace", "0.3");
    const operator = operatorOf(master.place);
    const id = await operator.submit({ type: "echo", payload: "at last" });
    await master.logged({ event: "load-changed", from: "NORMAL", to: "STALLED" });
    expect(await operator.load()).toMatchObject({
      ...{ state: "STALLED", causes: ["workers"], backlog: 1, workers: 0, slots: 0, estimatedWaitMs: null },
    });
    const worker = startWorker(processes, master.address, "hazards", "--id", "w1");
    expect(await operator.ended(id)).toMatchObject({ state: "done", result: "at last" });
    await master.logged({ event: "load-changed", from: "STALLED", to: "NORMAL" });

    // Without tasks, a farm without workers is nothing to worry about.
    const events = await followEvents(master.place);
    await worker.kill();
    await events.first("that the worker is given up", ({ kind, why }) => kind === "worker-gone" && why === "away");
    expect(await operator.load()).toMatchObject({ state: "NORMAL", backlog: 0, workers: 0 });
    await operator.submit({ type: "echo", payload: "nobody" });
    await events.first("the stall", ({ kind, to }) => kind === "load-changed" && to === "STALLED");
  });

  test("follows the wait that is to be expected, where that is watched", async ({ processes }) => {
    const gate = join(await processes.newFolder(), "gate");
    const flags = ["--backlog-high", "1000", "--backlog-low", "500", "--wait-high", "2", "--wait-low", "1"];
    const master = await startMaster(processes, ...flags);
    const operator = operatorOf(master.place);
    const folder = await processes.newFolder();
    const counting = startWorker(processes, master.address, "counting", "--id", "w1");
    const first = await operator.submit({ type: "count", payload: { n: 1, ms: 100, folder } });
    expect(await operator.ended(first)).toMatchObject({ state: "done" });
    counting.signal("SIGTERM");
    await counting.exited;
    const worker = startWorker(processes, master.address, "hazards", "--id", "w2");
    await operator.submit({ type: "wait", payload: gate });
    await worker.logged(waitBegins);
    const backlog = createBacklog(operator);
    // A task took 100 ms or more, so this is 5 s or more, whatever the machine.
    await backlog.bringTo(50);
    expect(await operator.load()).toMatchObject({ state: "SATURATED", causes: ["estimatedWait"], backlog: 50 });
    await backlog.bringTo(0);
    expect(await operator.load()).toMatchObject({ state: "NORMAL", causes: [], estimatedWaitMs: 0 });
  });

  test.for([
    ["--backlog-low", ["--backlog-high", "4", "--backlog-low", "4"]],
    ["--backlog-low", ["--backlog-high", "3"]],
    ["--wait-low", ["--wait-high", "1", "--wait-low", "2"]],
    ["--wait-low", ["--wait-high", "1"]],
  ] as const)("cannot flap: %s must be below its partner (%j)", async ([flag, flags], { processes }) => {
    const running = runMaster(processes, [...(await newPlace()).flags, "--store", "memory", ...flags]);
    expect(await running.exited).toStrictEqual({ code: 2, signal: null });
    expect(running.stderr.lines).toHaveLength(1);
    expect(running.stderr.lines[0]).toMatch(new RegExp(`^master: .*${flag}.* \\[ERR_OPTIONS?_[A-Z]+\\]$`));
  });
});

const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const figure = expect.toSatisfy((value: unknown) => typeof value === "number" && value >= 0, "a figure");
const percentage = expect.toSatisfy(
  (value: unknown) => typeof value === "number" && value >= 0 && value <= 100,
  "0 to 100",
);

describe.concurrent("a supervisor", () => {
  test("is sent a report on a connection of its own, again and again, with true figures", async ({
    processes,
    onTestFinished,
  }) => {
    const gate = join(await processes.newFolder(), "gate");
    const monitor = await startMonitor();
    onTestFinished(() => monitor.stop());
    const [here, there] = [await newPlace(), await newPlace()];
    const start = (place: typeof here, id: string, ...flags: readonly string[]) =>
      startMasterAt(processes, place.flags, "--store", "memory", "--id", id, ...flags);
    const neighbour = await start(there, "m2");
    const beat = ["--interval", "0.3", "--timeout", "1.5", "--peer", there.address];
    const report = ["--monitor", monitor.address, "--monitor-interval", "0.5"];
    await start(here, "m1", ...beat, ...report);
    const operator = operatorOf(here.flags);
    const worker = startWorker(processes, here.address, "hazards", "--id", "w1", "--slots", "2");
    const first = await operator.submit({ type: "wait", payload: gate });
    await worker.logged(waitBegins);
    await operator.submit({ type: "nobody-can", payload: null });
    await operator.submit({ type: "nobody-can", payload: null });

    const isFull = (text: string): boolean =>
      ['"tasks_pending":2', '"tasks_running":1', '"status":"available"'].every((part) => text.includes(part)) &&
      !text.includes('"total_gb":0,');
    const full = await monitor.first("a report of two tasks that wait and one that runs", isFull);
    expect(full).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(full)).toStrictEqual({
      server_uuid: "m1",
      task: "performance_report",
      timestamp: isoTime,
      mensage_id: uuid,
      message_id: uuid,
      performance: {
        system: {
          uptime_seconds: figure,
          load_average_1m: figure,
          load_average_5m: figure,
          cpu: { usage_percent: percentage, count_logical: cpus().length, count_physical: figure },
          memory: {
            ...{ total_mb: expect.closeTo(totalmem() / 1_048_576, 0), available_mb: figure },
            ...{ percent_used: percentage, memory_used: figure },
          },
          disk: { total_gb: figure, free_gb: figure, percent_used: percentage },
        },
        farm_state: {
          workers: {
            ...{ total_registered: 1, workers_utilization: 1, workers_alive: 1, workers_idle: 0, workers_borrowed: 0 },
            ...{ workers_recieved: 0, workers_received: 0, workers_failed: 0 },
          },
          tasks: { tasks_pending: 2, tasks_running: 1 },
        },
        config_thresholds: { max_task: 10, max_queue: 10 },
        neighbors: [{ server_uuid: "m2", status: "available", last_heartbeat: isoTime }],
      },
      EXT: {
        ...{ v: 1, state: "NORMAL", causes: [], since: isoTime, http: here.http },
        // How long tasks waited is told of those that began since the last report, if any did.
        figures: expect.objectContaining({
          ...{ intervalMs: 500, backlogHigh: 10, backlogLow: 4, estimatedWaitMs: figure, oldestWaitMs: figure },
          ...{ throughputPerS: 0, arrivalsPerS: figure, slots: 2, busySlots: 1 },
          ...{ workersOwned: 1, workersBorrowed: 0, workersIdle: 0, workersLent: 0 },
        }),
        peers: [{ id: "m2", at: there.address, status: "ALIVE", lastSeenAt: isoTime }],
        workers: [{ id: "w1", status: "ALIVE", slots: 2, busy: 1, owner: null }],
        loans: [],
        // Tasks wait, and the neighbour has nobody to lend.
        notices: expect.arrayContaining([expect.objectContaining({ kind: "borrow-asked" })]),
      },
    });

    writeFileSync(gate, "");
    await operator.ended(first);
    await worker.kill();
    await neighbour.kill();
    const isLonely = (text: string): boolean => text.includes('"unavailable"') && text.includes('"workers_failed":1');
    const lonely = JSON.parse(await monitor.first("a report of a worker and a neighbour that are gone", isLonely));
    expect(lonely.performance).toMatchObject({
      farm_state: { workers: { workers_alive: 0, workers_utilization: 0 }, tasks: { tasks_running: 0 } },
      neighbors: [{ server_uuid: "m2", status: "unavailable", last_heartbeat: isoTime }],
    });
    const reports = monitor.items.map((text) => JSON.parse(text));
    expect(new Set(reports.map(({ mensage_id: id }) => id)).size).toBe(reports.length);
    for (const { mensage_id: id, message_id: same } of reports) expect(same).toBe(id);
  });

  test("that cannot be reached costs a notice, and nothing else", async ({ processes }) => {
    const nobody = await newPlace();
    const master = await startMaster(processes, "--monitor", nobody.address, "--monitor-interval", "0.1");
    const operator = operatorOf(master.place);
    const events = await followEvents(master.place);
    startWorker(processes, master.address, "hazards", "--id", "w1");
    await events.first("ten failures", ({ kind, failures }) => kind === "report-failed" && failures === 10);
    await master.logged({ event: "report-failed", monitor: nobody.address, failures: 1 });
    const id = await operator.submit({ type: "echo", payload: "as always" });
    expect(await operator.ended(id)).toMatchObject({ state: "done", result: "as always" });
    // Its log stays readable.
    expect(master.stderr.lines.filter((line) => line.includes('"report-failed"')).length).toBeLessThanOrEqual(10);
  });
});

describe.concurrent("two masters", () => {
  test.for([false, true])("keep each other's pulse, and print it (--json: %j)", async (isJson, { processes }) => {
    const [here, there] = [await newPlace(), await newPlace()];
    const flags = ["--store", "memory", "--interval", "0.3", "--timeout", "1.5", ...(isJson ? ["--json"] : [])];
    const [one, other] = await Promise.all([
      startMasterAt(processes, here.flags, ...flags, "--id", "master-one", "--peer", there.address),
      startMasterAt(processes, there.flags, ...flags, "--id", "master-two", "--peer", here.address),
    ]);
    const line = (id: string, peer: string, status: string) => (text: string) => {
      if (!isJson) {
        const shown = `[${id.slice(0, 8)}] registry: { '${peer}': { server_id: '${peer}', `;
        return text.startsWith(shown) && text.includes(`status: '${status}'`) ? text : undefined;
      }
      const { event, server_id: self, registry } = parseRecord(text) ?? {};
      const entry = (registry as Readonly<Record<string, { readonly status: string }>> | undefined)?.[peer];
      return event === "registry" && self === id && entry?.status === status ? text : undefined;
    };
    await one.stdout.find("the other in its registry", line("master-one", "master-two", "ALIVE"));
    await other.stdout.find("the other in its registry", line("master-two", "master-one", "ALIVE"));
    const operator = operatorOf(here.flags);
    expect(await operator.peers()).toMatchObject([
      { id: "master-two", key: "master-two", host: there.host, port: there.port, status: "ALIVE" },
    ]);
    await other.kill();
    await one.stdout.find("that the other is gone", line("master-one", "master-two", "TIMEOUT"));
    expect(await operator.peers()).toMatchObject([{ id: "master-two", status: "TIMEOUT" }]);
    const id = await operator.submit({ type: "echo", payload: "alone" });
    startWorker(processes, here.address, "hazards");
    expect(await operator.ended(id)).toMatchObject({ state: "done" });
  });
});
