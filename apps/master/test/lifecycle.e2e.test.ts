import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectRaw, parseRecord, type RunningProcess, test } from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { startMaster, startMasterAt } from "./support/master-under-test.ts";
import { operatorOf } from "./support/operator.ts";
import { newPlace, type Place } from "./support/places.ts";
import { until } from "./support/until.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 3, testTimeout: 90_000 });

const hasSignals = process.platform !== "win32";
const waitBegins = { event: "handler-output", msg: "wait begins" };
const inOrder = { code: 0, signal: null };

/** What it logged of these kinds so far. */
const entries = (running: RunningProcess, ...events: readonly string[]) =>
  running.stderr.lines.map(parseRecord).filter((entry) => events.includes(String(entry?.["event"])));

describe
  .skipIf(!hasSignals)
  .concurrent("a worker that stands still while its task is done (needs POSIX signals)", () => {
    test("for longer than the master is patient: its late result counts, if there is no other", async ({
      processes,
    }) => {
      const gate = join(await processes.newFolder(), "gate");
      const master = await startMaster(processes, "--interval", "0.3", "--timeout", "1.5");
      const operator = operatorOf(master.place);
      const worker = startWorker(processes, master.address, "hazards", "--id", "w1");
      const id = await operator.submit({ type: "wait", payload: gate });
      await worker.logged(waitBegins);
      worker.signal("SIGSTOP");
      writeFileSync(gate, "");
      await master.logged({ event: "worker-gone", worker: "w1", why: "silent" });
      expect(await operator.task(id)).toMatchObject({ state: "pending", losses: 1, worker: null });
      expect(await operator.workers()).toMatchObject([{ id: "w1", status: "TIMEOUT" }]);
      worker.signal("SIGCONT");
      expect(await operator.ended(id)).toMatchObject({ state: "done", losses: 1, failures: 0, worker: "w1" });
      worker.signal("SIGTERM");
      expect(await worker.exited).toStrictEqual(inOrder);
      expect(entries(worker, "worker-left")).toMatchObject([{ unacknowledged: 0 }]);
    });

    test("and another one does it meanwhile: its late result is acknowledged, and changes nothing", async ({
      processes,
    }) => {
      const gate = join(await processes.newFolder(), "gate");
      const master = await startMaster(processes, "--interval", "0.3", "--timeout", "1.5");
      const operator = operatorOf(master.place);
      const slow = startWorker(processes, master.address, "hazards", "--id", "w1");
      const id = await operator.submit({ type: "wait", payload: gate });
      await slow.logged(waitBegins);
      const other = startWorker(processes, master.address, "hazards", "--id", "w2");
      await master.logged({ event: "worker-joined", worker: "w2" });
      slow.signal("SIGSTOP");
      writeFileSync(gate, "");
      const task = await operator.ended(id);
      expect(task).toMatchObject({ state: "done", attempts: 2, losses: 1, worker: "w2" });
      slow.signal("SIGCONT");
      await master.logged({ event: "result-duplicate", task: id, worker: "w1" });
      expect(await operator.task(id)).toStrictEqual(task);
      for (const worker of [slow, other]) {
        worker.signal("SIGTERM");
        expect(await worker.exited).toStrictEqual(inOrder);
        expect(entries(worker, "worker-left")).toMatchObject([{ unacknowledged: 0 }]);
      }
    });

    test("for longer than the task may take: it is done in the end, and recorded once", async ({ processes }) => {
      const gate = join(await processes.newFolder(), "gate");
      const master = await startMaster(processes, "--grace", "0.5");
      const operator = operatorOf(master.place);
      const worker = startWorker(processes, master.address, "hazards", "--id", "w1");
      const id = await operator.submit({ type: "wait", payload: gate, timeoutMs: 1_000 });
      await worker.logged(waitBegins);
      worker.signal("SIGSTOP");
      writeFileSync(gate, "");
      await master.logged({ event: "attempt-failed", task: id, code: "ERR_WORKER_SILENT" });
      worker.signal("SIGCONT");
      const task = await operator.ended(id);
      expect(task).toMatchObject({ state: "done", worker: "w1", losses: 1, stories: [{ code: "ERR_WORKER_SILENT" }] });
      worker.signal("SIGTERM");
      expect(await worker.exited).toStrictEqual(inOrder);
      expect(entries(worker, "worker-left")).toMatchObject([{ unacknowledged: 0 }]);
      expect(await operator.task(id)).toStrictEqual(task);
    });
  });

describe.skipIf(!hasSignals).concurrent("a master that stands still (needs POSIX signals)", () => {
  test("for 8 s accuses nobody, neither worker nor peer, and takes what was done meanwhile", async ({ processes }) => {
    const gate = join(await processes.newFolder(), "gate");
    const [here, there] = [await newPlace(), await newPlace()];
    const start = (place: Place, peer: Place, timeout: string, id: string) =>
      startMasterAt(
        processes,
        place.flags,
        ...["--store", "memory", "--id", id, "--peer", peer.address, "--interval", "0.5", "--timeout", timeout],
      );
    const [master, peer] = await Promise.all([start(here, there, "3", "m1"), start(there, here, "60", "m2")]);
    await master.logged({ event: "peer-transitioned", peer: "m2", to: "ALIVE" });
    await peer.logged({ event: "peer-transitioned", peer: "m1", to: "ALIVE" });
    const operator = operatorOf(here.flags);
    const worker = startWorker(processes, here.address, "hazards", "--id", "w1", "--slots", "2");
    const id = await operator.submit({ type: "wait", payload: gate });
    await worker.logged(waitBegins);

    master.signal("SIGSTOP");
    await delay(4_000);
    writeFileSync(gate, "");
    await delay(4_000);
    master.signal("SIGCONT");
    const task = await operator.ended(id);
    expect(task).toMatchObject({ state: "done", attempts: 1, losses: 0, failures: 0, worker: "w1", stories: [] });
    await master.logged({ event: "stalled" });
    // One timeout later it would have accused whom it wrongly thought silent.
    await delay(3_500);
    expect(await operator.workers()).toMatchObject([{ id: "w1", status: "ALIVE", running: [] }]);
    expect(await operator.peers()).toMatchObject([{ id: "m2", status: "ALIVE" }]);
    for (const gone of entries(master, "worker-gone")) expect(gone).toMatchObject({ why: "connection" });
    for (const { stderr } of [master, peer]) {
      expect(stderr.lines.filter((line) => line.includes('"to":"TIMEOUT"'))).toStrictEqual([]);
    }
  });
});

test.skipIf(!hasSignals)(
  "a master that stood still gives no task to a worker that has given up asking (needs POSIX signals)",
  async ({ processes }) => {
    const master = await startMaster(processes);
    const [id] = await master.submit("ana");
    const question = '{"WORKER":"ALIVE","WORKER_UUID":"w-1"}\n';
    master.signal("SIGSTOP");
    const givenUp = await connectRaw(master);
    givenUp.write(question);
    givenUp.end();
    // Its end is on its way before the next connection is open.
    const asking = await connectRaw(master);
    asking.write(question);
    master.signal("SIGCONT");
    expect(await asking.answer(0)).toEqual({ TASK: "QUERY", USER: "ana" });
    expect(await givenUp.closed()).toEqual(['{"TASK":"NO_TASK"}']);
    expect(await master.task(id ?? "")).toMatchObject({ state: "running", worker: "w-1", attempts: 1 });
    asking.destroy();
  },
);

describe.skipIf(!hasSignals).concurrent("SIGTERM (needs POSIX signals)", () => {
  test("of a worker: it takes nothing new, finishes, reports and leaves", async ({ processes }) => {
    const gate = join(await processes.newFolder(), "gate");
    const master = await startMaster(processes);
    const operator = operatorOf(master.place);
    const worker = startWorker(
      processes,
      master.address,
      "hazards",
      "--id",
      "w1",
      "--slots",
      "2",
      "--log-level",
      "debug",
    );
    const running = await operator.submit({ type: "wait", payload: gate });
    await worker.logged(waitBegins);
    worker.signal("SIGTERM");
    await worker.logged({ event: "draining" });
    const next = await operator.submit({ type: "echo", payload: 1 });
    writeFileSync(gate, "");
    expect(await worker.exited).toStrictEqual(inOrder);
    expect(await operator.task(running)).toMatchObject({ state: "done", attempts: 1, worker: "w1" });
    expect(entries(worker, "task-started")).toMatchObject([{ task: running }]);
    expect(entries(worker, "worker-left")).toMatchObject([{ unacknowledged: 0 }]);
    expect(await operator.task(next)).toMatchObject({ state: "pending", failures: 0, losses: 0 });
    startWorker(processes, master.address, "hazards", "--id", "w2");
    expect(await operator.ended(next)).toMatchObject({ state: "done", result: 1, worker: "w2" });
  });

  test("of a worker, twice: it leaves at once, and its task goes back without having cost an attempt", async ({
    processes,
  }) => {
    const gate = join(await processes.newFolder(), "gate");
    const master = await startMaster(processes);
    const operator = operatorOf(master.place);
    const worker = startWorker(processes, master.address, "hazards", "--id", "w1", "--slots", "2");
    const tasks = [
      await operator.submit({ type: "wait", payload: gate, maxAttempts: 1 }),
      await operator.submit({ type: "spin", payload: null, maxAttempts: 1 }),
    ] as const;
    await Promise.all([worker.logged(waitBegins), worker.logged({ event: "handler-output", msg: "spin begins" })]);
    worker.signal("SIGTERM");
    await worker.logged({ event: "draining" });
    worker.signal("SIGTERM");
    expect(await worker.exited).toStrictEqual(inOrder);
    for (const id of tasks) {
      expect(await operator.task(id)).toMatchObject({ state: "pending", failures: 0, losses: 0, stories: [] });
    }
    writeFileSync(gate, "");
    startWorker(processes, master.address, "hazards", "--id", "w2");
    expect(await operator.ended(tasks[0])).toMatchObject({ state: "done", failures: 0, losses: 0, worker: "w2" });
  });

  test("of a master: exit code 0, and what was accepted goes on after its next start", async ({ processes }) => {
    const place = await newPlace();
    const dataDir = join(await processes.newFolder(), "data");
    const first = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
    const operator = operatorOf(place.flags);
    const ids = await Promise.all([1, 2, 3].map((payload) => operator.submit({ type: "echo", payload })));
    const waiting = operator.call("GET", `/tasks/${ids[0]}?wait=60`);
    await until("the request waits", operator.metrics, (text) => text.includes("\nmutirao_http_waits 1\n"));
    const before = performance.now();
    first.signal("SIGTERM");
    expect(await first.exited).toStrictEqual(inOrder);
    process.stdout.write(`lifecycle: a master ended ${Math.round(performance.now() - before)} ms after SIGTERM\n`);
    // Whoever was waiting is told how things stand, and not left alone.
    expect(await waiting).toMatchObject({ status: 200, body: { state: "pending" } });
    await startMasterAt(processes, place.flags, "--data-dir", dataDir);
    for (const id of ids) expect(await operator.task(id)).toMatchObject({ state: "pending", attempts: 0 });
    startWorker(processes, place.address, "hazards");
    const done = await Promise.all(ids.map((id) => operator.ended(id)));
    expect(done.map(({ result }) => result)).toStrictEqual([1, 2, 3]);
  });

  test("of a master whose worker goes on: the worker keeps its result until the next master acknowledges it", async ({
    processes,
  }) => {
    const folder = await processes.newFolder();
    const gate = join(folder, "gate");
    const place = await newPlace();
    const flags = ["--data-dir", join(folder, "data"), "--id", "m1"];
    const first = await startMasterAt(processes, place.flags, ...flags);
    const operator = operatorOf(place.flags);
    const worker = startWorker(processes, place.address, "hazards", "--id", "w1", "--log-level", "debug");
    const id = await operator.submit({ type: "wait", payload: gate });
    await worker.logged(waitBegins);
    first.signal("SIGTERM");
    expect(await first.exited).toStrictEqual(inOrder);
    writeFileSync(gate, "");
    await worker.logged({ event: "task-ended", task: id });
    await startMasterAt(processes, place.flags, ...flags);
    expect(await operator.ended(id)).toMatchObject({ state: "done", failures: 0, losses: 0, worker: "w1" });
    worker.signal("SIGTERM");
    expect(await worker.exited).toStrictEqual(inOrder);
    expect(entries(worker, "worker-left")).toMatchObject([{ unacknowledged: 0 }]);
  });
});

describe.concurrent("a worker whose master is away", () => {
  test("from the start: it waits, and works once the master comes", async ({ processes }) => {
    const place = await newPlace();
    const worker = startWorker(processes, place.address, "hazards", "--id", "w1");
    await worker.logged({ event: "worker-disconnected" });
    const master = await startMasterAt(processes, place.flags, "--store", "memory");
    await master.logged({ event: "worker-joined", worker: "w1" });
    const operator = operatorOf(place.flags);
    const id = await operator.submit({ type: "echo", payload: "late" });
    expect(await operator.ended(id)).toMatchObject({ state: "done", result: "late", worker: "w1" });
  });

  test("for long: it never asks less often than once per interval, and is back at the first answer", async ({
    processes,
  }) => {
    const place = await newPlace();
    const flags = ["--store", "memory", "--interval", "0.3"];
    const first = await startMasterAt(processes, place.flags, ...flags);
    const worker = startWorker(processes, place.address, "hazards", "--id", "w1", "--back-off-max", "3600");
    await worker.logged({ event: "worker-connected" });
    await first.kill();
    // Somebody who takes connections and drops them. With doubled waits, so many would take a quarter of an hour.
    const server = createServer((socket) => socket.destroy()).listen(place.port, place.host);
    for (let dials = 0; dials < 14; dials++) await once(server, "connection");
    server.close();
    await once(server, "close");
    const master = await startMasterAt(processes, place.flags, ...flags);
    await master.logged({ event: "worker-joined", worker: "w1" });
    const operator = operatorOf(place.flags);
    const id = await operator.submit({ type: "echo", payload: "again" });
    expect(await operator.ended(id)).toMatchObject({ state: "done", worker: "w1" });
    await worker.kill();
  });
});
