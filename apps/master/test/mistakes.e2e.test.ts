import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  connectRaw,
  entriesOf,
  type LogRecord,
  logged,
  type Processes,
  type RunningProcess,
  test,
} from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { followEvents } from "./support/event-follower.ts";
import { runMaster } from "./support/master-command.ts";
import { operatorOf } from "./support/operator.ts";
import { newPlace } from "./support/places.ts";
import { until } from "./support/until.ts";
import { runWorkerCommand, startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 3, testTimeout: 90_000 });

const planted = ["--import", new URL("preloads/mistakes.ts", import.meta.url).href];
const heartbeat = '{"TASK":"HEARTBEAT"}\n';

/** Everything that it logged, as errors and worse. */
const complaints = (master: RunningProcess): readonly LogRecord[] =>
  entriesOf(master, ({ level }) => Number(level) >= 50);

/** A master in which mistakes are planted, and can be started without them afterwards. */
async function createScene(processes: Processes) {
  const place = await newPlace();
  const flags = [...place.flags, "--id", "m1", "--data-dir", join(await processes.newFolder(), "data")];
  const start = async (...nodeFlags: readonly string[]) => {
    const master = runMaster(processes, flags, nodeFlags);
    await logged(master, { event: "http-listening" });
    return master;
  };
  return { place, operator: operatorOf(place.flags), master: await start(...planted), restart: () => start() };
}

describe.concurrent("a mistake of ours that concerns one alone", () => {
  test("in a route: that request is answered with 500, the next one is served", async ({ processes }) => {
    const { operator, master } = await createScene(processes);
    for (let time = 1; time <= 2; time++) {
      expect(await operator.call("GET", "/openapi.json")).toMatchObject({
        status: 500,
        body: { code: "ERR_INTERNAL", status: 500 },
      });
      expect(await operator.call("GET", "/healthz")).toMatchObject({ status: 200 });
    }
    expect(complaints(master)).toMatchObject([{ event: "http-failed" }, { event: "http-failed" }]);
    expect(await operator.metrics()).toContain('mutirao_http_answers_total{method="GET",status="500"} 2');
  });

  test("in a line: its connection ends, and all others live", async ({ processes }) => {
    const { place, operator, master } = await createScene(processes);
    const [other, one] = [await connectRaw(place), await connectRaw(place)];
    one.write(`${heartbeat}{"TASK":"HEARTBEAT","NOTE":"cue-line"}\n${heartbeat}`);
    // What was understood before it is answered, and what came after it is not.
    expect(await one.closed()).toHaveLength(1);
    other.write(heartbeat);
    await other.answer(0);
    const next = await connectRaw(place);
    next.write(heartbeat);
    await next.answer(0);
    for (const client of [one, other, next]) client.destroy();
    expect(complaints(master)).toMatchObject([{ event: "mistake", where: "line" }]);
    expect(await operator.metrics()).toContain('mutirao_mistakes_total{where="line"} 1');
  });

  test("in who hears a notice: all others hear it, and the master goes on", async ({ processes }) => {
    const { place, operator, master } = await createScene(processes);
    const events = await followEvents(place.flags);
    const client = await connectRaw(place);
    client.write("[]\n");
    await client.closed();
    client.destroy();
    await logged(master, { event: "line-refused" });
    const task = await operator.submit({ type: "echo", payload: 1 });
    startWorker(processes, place.address, "hazards", "--id", "w1");
    expect(await operator.ended(task)).toMatchObject({ state: "done" });
    await events.first("the end of the task", ({ kind }) => kind === "task-recorded");
    expect(complaints(master)).toMatchObject([{ event: "mistake", where: "notice" }]);
    expect(await operator.metrics()).toMatch(/mutirao_mistakes_total\{where="notice"\} 1/);
  });
});

describe.concurrent("a mistake of ours of which nobody knows what it has left half done", () => {
  test("in the core of a master: it ends with exit code 4, and its next start has what was accepted, no more", async ({
    processes,
  }) => {
    const { place, operator, master, restart } = await createScene(processes);
    const gate = join(await processes.newFolder(), "gate");
    const worker = startWorker(processes, place.address, "hazards", "--id", "w1");
    const running = await operator.submit({ type: "wait", payload: gate });
    await until(
      "it runs",
      () => operator.task(running),
      ({ state }) => state === "running",
    );
    const waiting = await operator.submit({ type: "echo", payload: "kept" });
    expect(await operator.call("POST", "/tasks", { id: "half", type: "cue", payload: 1 })).toMatchObject({
      status: 500,
      body: { code: "ERR_INTERNAL" },
    });
    expect(await master.exited).toStrictEqual({ code: 4, signal: null });
    expect(complaints(master)).toMatchObject([{ event: "crashed", code: "ERR_CRASHED" }, { event: "http-failed" }]);
    const [crash] = complaints(master) as readonly [LogRecord];
    expect(JSON.stringify(crash["err"])).toContain("a mistake of the core");
    expect(JSON.stringify(crash["err"])).toContain("The last events");

    await restart();
    expect(await operator.call("GET", "/tasks/half")).toMatchObject({ status: 404 });
    writeFileSync(gate, "");
    for (const id of [running, waiting]) {
      expect(await operator.ended(id)).toMatchObject({ state: "done", attempts: 1, losses: 0, worker: "w1" });
    }
    expect(complaints(worker)).toStrictEqual([]);
  });

  test("in the core of a worker: it ends with exit code 4, and its task is another's", async ({ processes }) => {
    const place = await newPlace();
    const master = runMaster(processes, [...place.flags, "--store", "memory", "--grace", "0.5"]);
    await logged(master, { event: "http-listening" });
    const operator = operatorOf(place.flags);
    const worker = runWorkerCommand(processes, place.address, "hazards", planted, "--id", "w1");
    await logged(master, { event: "worker-joined", worker: "w1" });
    const task = await operator.submit({ type: "echo", payload: "cue-core" });
    expect(await worker.exited).toStrictEqual({ code: 4, signal: null });
    expect(complaints(worker)).toMatchObject([{ event: "crashed", code: "ERR_CRASHED" }]);
    startWorker(processes, place.address, "hazards", "--id", "w2");
    expect(await operator.ended(task)).toMatchObject({ state: "done", result: "cue-core", worker: "w2" });
    expect(complaints(master)).toStrictEqual([]);
  });

  test("in the core of a node: it ends with exit code 4", async ({ processes }) => {
    const node = runNode(processes, planted);
    const { host, port } = await logged(node, { event: "listening" });
    const client = await connectRaw({ host: String(host), port: Number(port) });
    client.write('{"TASK":"HEARTBEAT","NOTE":"cue-core"}\n');
    expect(await client.closed()).toStrictEqual([]);
    client.destroy();
    expect(await node.exited).toStrictEqual({ code: 4, signal: null });
    expect(complaints(node)).toMatchObject([{ event: "crashed", code: "ERR_CRASHED" }]);
  });
});

describe.concurrent("a mistake of ours before anything has begun", () => {
  test("exit code 4, and no more than what it was", async ({ processes }) => {
    const refusing =
      'import { registerHooks } from "node:module"; registerHooks({ load(url, context, next) { ' +
      'if (url.endsWith("/run.ts")) throw new Error("a mistake of the loading"); return next(url, context); } });';
    const master = runMaster(processes, [], ["--import", `data:text/javascript,${encodeURIComponent(refusing)}`]);
    expect(await master.exited).toStrictEqual({ code: 4, signal: null });
    expect(master.stderr.lines.join("\n")).toMatch(/^Error: a mistake of the loading\n.*\n\[ERR_CRASHED\]$/s);
  });
});

describe
  .skipIf(process.platform === "win32")
  .concurrent("a mistake of ours that nobody catches (needs POSIX signals)", () => {
    test.for([
      ["thrown", "SIGUSR2"],
      ["rejected", "SIGHUP"],
    ] as const)("%s, in each kind of process: exit code 4", async ([, signal], { processes }) => {
      const { place, operator, master, restart } = await createScene(processes);
      const id = await operator.submit({ type: "echo", payload: "kept" });
      const node = runNode(processes, planted);
      await logged(node, { event: "listening" });
      master.signal(signal);
      expect(await master.exited).toStrictEqual({ code: 4, signal: null });
      await restart();
      expect(await operator.task(id)).toMatchObject({ state: "pending", payload: "kept" });
      const worker = runWorkerCommand(processes, place.address, "hazards", planted, "--id", "w1");
      expect(await operator.ended(id)).toMatchObject({ state: "done" });
      for (const running of [node, worker]) {
        running.signal(signal);
        expect(await running.exited).toStrictEqual({ code: 4, signal: null });
      }
      for (const running of [master, node, worker]) {
        expect(complaints(running)).toMatchObject([
          { event: "crashed", code: "ERR_CRASHED", err: { message: "a mistake of nobody" } },
        ]);
      }
    });
  });

/** Of another package, and run as a program only: nothing of it is imported. */
const nodeFile = fileURLToPath(new URL("../../node-cli/src/main.ts", import.meta.url));

const runNode = (processes: Processes, nodeFlags: readonly string[]): RunningProcess =>
  processes.start("node-cli", process.execPath, [...nodeFlags, nodeFile, "--port", "0"]);
