import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Processes, parseRecord, test } from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { type MasterUnderTest, startMaster } from "./support/master-under-test.ts";
import { type Operator, operatorOf } from "./support/operator.ts";
import { startWorker, type WorkerUnderTest } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 3, testTimeout: 90_000 });

interface Farm {
  readonly master: MasterUnderTest;
  readonly operator: Operator;
  readonly worker: WorkerUnderTest;
  /** A file that is not there yet; some handlers wait for it. */
  readonly gate: string;
}

/** A master, and a worker called w1 with one slot. */
async function startFarm(processes: Processes, ...flags: readonly string[]): Promise<Farm> {
  const gate = join(await processes.newFolder(), "gate");
  const master = await startMaster(processes, ...flags);
  const worker = startWorker(processes, master.address, "hazards", "--id", "w1");
  return { master, operator: operatorOf(master.place), worker, gate };
}

const begins = (type: string) => ({ event: "handler-output", msg: `${type} begins` });

describe.concurrent("a poison task", () => {
  test("that ends its handler's process each time is failed, and costs nobody else anything", async ({ processes }) => {
    const { master, operator } = await startFarm(processes, "--retry", "0.05");
    const poison = await operator.submit({ type: "abort", payload: null });
    const others = await Promise.all([1, 2, 3, 4].map((payload) => operator.submit({ type: "echo", payload })));
    const dead = await operator.ended(poison);
    expect(dead).toMatchObject({
      state: "failed",
      attempts: 3,
      failures: 3,
      losses: 0,
      error: { code: "ERR_TASK_CRASHED" },
    });
    expect(dead.stories).toMatchObject(
      [1, 2, 3].map((attempt) => ({ attempt, worker: "w1", code: "ERR_TASK_CRASHED" })),
    );
    for (const id of others) expect(await operator.ended(id)).toMatchObject({ state: "done", attempts: 1 });
    expect(master.stderr.lines.filter((line) => line.includes("worker-gone"))).toStrictEqual([]);
  });

  test.skipIf(process.platform === "win32")(
    "that kills its worker each time is dead, with its three stories, until it is tried again by hand",
    async ({ processes }) => {
      const { operator, master, worker, gate } = await startFarm(processes, "--grace", "1");
      const poison = await operator.submit({ type: "kill-worker", payload: gate });
      const other = await operator.submit({ type: "echo", payload: "safe" });
      let victim = worker;
      for (let death = 1; death <= 3; death++) {
        expect(await victim.exited).toMatchObject({ signal: "SIGKILL" });
        victim = startWorker(processes, master.address, "hazards", "--id", "w1");
      }
      const dead = await operator.ended(poison);
      expect(dead).toMatchObject({
        state: "dead",
        attempts: 3,
        failures: 0,
        losses: 3,
        error: { code: "ERR_WORKER_LOST" },
      });
      expect(dead.stories).toMatchObject(
        [1, 2, 3].map((attempt) => ({ attempt, worker: "w1", code: "ERR_WORKER_LOST" })),
      );
      expect(await operator.ended(other)).toMatchObject({ state: "done", result: "safe", attempts: 1, losses: 0 });

      writeFileSync(gate, "");
      expect(await operator.call("POST", `/tasks/${poison}/retry`)).toMatchObject({ status: 202 });
      expect(await operator.ended(poison)).toMatchObject({ state: "done", result: "it lives", losses: 0, attempts: 4 });
    },
  );
});

describe.concurrent("a handler that spins", () => {
  test("in every slot, costs its tasks their time, and never its worker's pulse", async ({ processes }) => {
    const master = await startMaster(processes, "--interval", "0.3", "--timeout", "1.5");
    const operator = operatorOf(master.place);
    const worker = startWorker(processes, master.address, "hazards", "--id", "w1", "--slots", "2");
    const order = { type: "spin", payload: null, timeoutMs: 4_000, maxAttempts: 1 };
    const ids = [await operator.submit(order), await operator.submit(order)];
    await worker.logged(begins("spin"));
    const tasks = await Promise.all(ids.map((id) => operator.ended(id)));
    for (const task of tasks) {
      expect(task).toMatchObject({ state: "failed", attempts: 1, losses: 0, error: { code: "ERR_TASK_TIMEOUT" } });
    }
    expect(await operator.workers()).toMatchObject([{ id: "w1", status: "ALIVE", running: [] }]);
    const echo = await operator.submit({ type: "echo", payload: "after" });
    expect(await operator.ended(echo)).toMatchObject({ state: "done", worker: "w1" });
    expect(master.stderr.lines.filter((line) => line.includes("worker-gone"))).toStrictEqual([]);
  });
});

describe.concurrent("DELETE /tasks/:id", () => {
  test.for(["wait", "spin"])("of a running task (%s) ends it, and frees its slot", async (type, { processes }) => {
    const { operator, worker, gate } = await startFarm(processes);
    const running = await operator.submit({ type, payload: gate });
    await worker.logged(begins(type));
    const next = await operator.submit({ type: "echo", payload: "next" });
    expect(await operator.task(running)).toMatchObject({ state: "running", worker: "w1" });
    expect(await operator.task(next)).toMatchObject({ state: "pending" });
    expect(await operator.call("DELETE", `/tasks/${running}`)).toMatchObject({ status: 200 });
    expect(await operator.task(running)).toMatchObject({ state: "cancelled", result: null });
    expect(await operator.ended(next)).toMatchObject({ state: "done", result: "next", worker: "w1" });
    expect(await operator.task(running)).toMatchObject({ state: "cancelled", result: null });
    expect(await operator.call("DELETE", `/tasks/${next}`)).toMatchObject({
      status: 409,
      body: { code: "ERR_TASK_ENDED", state: "done" },
    });
  });
});

describe.concurrent("POST /tasks/:id/retry", () => {
  test("gives a failed task all its attempts again", async ({ processes }) => {
    const { operator, gate } = await startFarm(processes, "--retry", "0.05");
    const id = await operator.submit({ type: "fail", payload: gate, maxAttempts: 2 });
    const failed = await operator.ended(id);
    expect(failed).toMatchObject({ state: "failed", attempts: 2, failures: 2, error: { code: "ERR_GATE_SHUT" } });
    expect(failed.stories.map(({ code }) => code)).toStrictEqual(["ERR_GATE_SHUT", "ERR_GATE_SHUT"]);
    expect(await operator.call("POST", `/tasks/${id}/retry`)).toMatchObject({ status: 202 });
    expect(await operator.ended(id)).toMatchObject({ state: "failed", attempts: 4, failures: 2 });
    writeFileSync(gate, "");
    expect(await operator.call("POST", `/tasks/${id}/retry`)).toMatchObject({ status: 202 });
    expect(await operator.ended(id)).toMatchObject({ state: "done", result: "at last", attempts: 5, failures: 0 });
  });

  test("takes up a cancelled task, and refuses what is done, not ended, or unknown", async ({ processes }) => {
    const { operator, worker, gate } = await startFarm(processes);
    const running = await operator.submit({ type: "wait", payload: gate });
    await worker.logged(begins("wait"));
    const cancelled = await operator.submit({ type: "echo", payload: "back" });
    const retry = (id: string) => operator.call("POST", `/tasks/${id}/retry`);
    expect(await operator.call("DELETE", `/tasks/${cancelled}`)).toMatchObject({ status: 200 });
    expect(await retry(cancelled)).toMatchObject({ status: 202 });
    for (const id of [running, cancelled]) {
      expect(await retry(id)).toMatchObject({ status: 409, body: { code: "ERR_TASK_NOT_ENDED" } });
    }
    writeFileSync(gate, "");
    expect(await operator.ended(cancelled)).toMatchObject({ state: "done", result: "back", attempts: 1 });
    expect(await retry(cancelled)).toMatchObject({ status: 409, body: { code: "ERR_TASK_DONE" } });
    expect(await retry("nobody")).toMatchObject({ status: 404, body: { code: "ERR_TASK_UNKNOWN" } });
  });
});

describe.concurrent("GET /tasks/:id?wait=", () => {
  test("answers with the end, to everybody who waits for it, or with how things stand", async ({ processes }) => {
    const { operator, worker, gate } = await startFarm(processes);
    const id = await operator.submit({ type: "wait", payload: gate });
    await worker.logged(begins("wait"));
    expect(await operator.call("GET", `/tasks/${id}?wait=0.2`)).toMatchObject({
      status: 200,
      body: { state: "running" },
    });
    const waiting = [1, 2, 3].map(() => operator.call("GET", `/tasks/${id}?wait=60`));
    writeFileSync(gate, "");
    const answers = await Promise.all(waiting);
    for (const { body } of answers) expect(body).toStrictEqual(await operator.task(id));
    expect(answers[0]?.body["state"]).toBe("done");
    const logged = worker.stderr.lines.map(parseRecord).filter((entry) => entry?.["event"] === "handler-output");
    expect(logged).toHaveLength(1);
  });
});
