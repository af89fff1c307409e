import { type ForeignProcess, messageOf, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { executionsOf, runClassWorker } from "./support/class-workers.ts";
import { startMaster } from "./support/master-under-test.ts";

/** What the master said, line by line. */
const told = (worker: ForeignProcess): readonly unknown[] => worker.reports("told").map((report) => messageOf(report));

/** Without what every one of them is asked first: whether it is free. */
function toldAfterwards(worker: ForeignProcess): readonly unknown[] {
  const [first, ...others] = told(worker);
  expect(first).toStrictEqual({ TASK: "KEEPALIVE" });
  return others;
}

/** A worker of this kind drops what follows a line in its segment, and loops on what is no task for it. */
function expectSpokenToWithCare(worker: ForeignProcess): void {
  for (const event of ["lost", "bad-task", "broken", "eof"]) expect(worker.reports(event)).toStrictEqual([]);
  for (const line of told(worker)) expect(line).toHaveProperty("TASK", expect.stringMatching(/^(QUERY|KEEPALIVE)$/));
}

describe.skipIf(python === undefined)(
  "workers of the class that are pushed to (needs python3)",
  {
    timeout: 90_000,
  },
  () => {
    describe.concurrent("on one connection for life", () => {
      test.for([[], ["--bare"]])(
        "tasks come one at a time, and results are recorded and never acknowledged %s",
        async (flags, { processes }) => {
          const master = await startMaster(processes);
          const ids = await master.submit("ana", "bia", ["caio"]);
          const worker = runClassWorker(processes, "push", master.pushAddress, ...["--work", "0.05", ...flags]);
          expect(await master.ended(ids)).toMatchObject([
            { state: "done", attempts: 1, worker: "w-1", result: { SALDO: 0, CPF: "cpf of ana" } },
            { state: "done", attempts: 1, worker: "w-1", result: { SALDO: 1, CPF: "cpf of bia" } },
            { state: "done", attempts: 1, worker: "w-1", result: { SALDO: 2 } },
          ]);
          // One more, to see that nothing else was said in between.
          await master.ended(await master.submit("davi"));
          await worker.report("told", ({ line }) => String(line).includes("davi"));
          expect(toldAfterwards(worker)).toStrictEqual(
            ["ana", "bia", ["caio"], "davi"].map((user) => ({ TASK: "QUERY", USER: user })),
          );
          expectSpokenToWithCare(worker);
          expect(await master.workers()).toMatchObject([{ id: "w-1", status: "ALIVE", style: "push", running: [] }]);
        },
      );

      test("it is given work at once when there is some, without having to ask", async ({ processes }) => {
        const master = await startMaster(processes);
        const worker = runClassWorker(processes, "push", master.pushAddress);
        await worker.report("presented");
        await master.logged({ event: "worker-joined" });
        const [id] = await master.submit("ana");
        expect(await master.ended([id ?? ""])).toMatchObject([{ state: "done" }]);
        await worker.report("told", ({ line }) => String(line).includes("ana"));
        expect(toldAfterwards(worker)).toStrictEqual([{ TASK: "QUERY", USER: "ana" }]);
      });

      test("idle, it is asked whether it is there; with a task, it is left alone", async ({ processes }) => {
        const master = await startMaster(processes);
        const idle = runClassWorker(processes, "push", master.pushAddress, "--id", "idle");
        await master.logged({ event: "worker-joined", worker: "idle" });
        const busy = runClassWorker(processes, "push", master.pushAddress, "--id", "busy", "--work", "12");
        await busy.report("answered");
        // Who was served longest ago comes first, so the second one's is the busy one's.
        const ids = await master.submit("ana", "bia");
        const answers = await idle.firstReports("answered", 3);
        expect(answers.map(({ answer }) => answer)).toMatchObject([
          { STATUS: "PONG", WORKER_UUID: "idle" },
          { STATUS: "OK", WORKER_UUID: "idle" },
          { STATUS: "PONG", WORKER_UUID: "idle" },
        ]);
        for (const task of await master.ended(ids)) expect(task).toMatchObject({ state: "done", attempts: 1 });
        await idle.kill();
        await master.submit("caio");
        await busy.report("told", ({ line }) => String(line).includes("caio"));
        expect(toldAfterwards(busy)).toStrictEqual(["bia", "caio"].map((user) => ({ TASK: "QUERY", USER: user })));
        expectSpokenToWithCare(busy);
        expect(toldAfterwards(idle)[1]).toStrictEqual({ TASK: "KEEPALIVE" });
        for (const event of ["lost", "bad-task"]) expect(idle.reports(event)).toStrictEqual([]);
      });

      test("a task that takes longer than a connection may be silent is done all the same", async ({ processes }) => {
        const master = await startMaster(processes, "--idle-timeout", "1");
        const worker = runClassWorker(processes, "push", master.pushAddress, "--work", "2.5");
        expect(await master.ended(await master.submit("ana"))).toMatchObject([{ state: "done", attempts: 1 }]);
        expectSpokenToWithCare(worker);
      });

      test("several share the tasks: each is done by one of them, once", async ({ processes }) => {
        const master = await startMaster(processes);
        const workers = ["w-1", "w-2", "w-3"].map((id, index) =>
          runClassWorker(processes, "push", master.pushAddress, ...["--id", id, "--saldo", `${1_000 * index}`]),
        );
        const users = Array.from({ length: 60 }, (_, index) => `user-${index}`);
        const tasks = await master.ended(await master.submit(...users));
        const recorded = tasks.map(({ result }, index) => JSON.stringify([users[index], result?.SALDO]));
        const done = (await executionsOf(...workers)).map(({ user, saldo }) => JSON.stringify([user, saldo]));
        expect(recorded.toSorted()).toStrictEqual(done.toSorted());
        for (const task of tasks) expect(task).toMatchObject({ state: "done", attempts: 1 });
        for (const worker of workers) expectSpokenToWithCare(worker);
      });
    });

    describe.concurrent("that fail", () => {
      test("NOK is tried again until the attempts are used up", async ({ processes }) => {
        const master = await startMaster(processes, "--retry", "0.05");
        const worker = runClassWorker(processes, "push", master.pushAddress, "--nok", "nobody");
        const id = await master.submitTask({ type: "QUERY", payload: { USER: "nobody" }, maxAttempts: 3 });
        expect(await master.ended([id])).toMatchObject([
          { state: "failed", attempts: 3, error: { message: "no account of nobody" } },
        ]);
        expect(await worker.firstReports("executed", 3)).toHaveLength(3);
        expectSpokenToWithCare(worker);
      });

      test("killed under a task: it goes to another once the grace is over", async ({ processes }) => {
        const master = await startMaster(processes, "--grace", "0.5");
        const mortal = runClassWorker(processes, "push", master.pushAddress, "--id", "mortal", "--work", "600");
        const [id] = await master.submit("ana");
        await mortal.report("told", ({ line }) => String(line).includes("ana"));
        expect(await master.task(id ?? "")).toMatchObject({ state: "running", worker: "mortal" });
        await mortal.kill();
        const other = runClassWorker(processes, "push", master.pushAddress, "--id", "other", "--saldo", "7");
        expect(await master.ended([id ?? ""])).toMatchObject([
          { state: "done", attempts: 2, worker: "other", result: { SALDO: 7 } },
        ]);
        expectSpokenToWithCare(other);
      });

      test("two live ones under one id: what either was given and did is recorded, and nothing waits for nobody", async ({
        processes,
      }) => {
        const master = await startMaster(processes, "--visibility", "10", "--grace", "0.5");
        const ids = await master.submit("ana", "bia", "caio");
        const flags = (saldo: number): readonly string[] => ["--id", "twin", "--saldo", `${saldo}`, "--work", "1"];
        const first = runClassWorker(processes, "push", master.pushAddress, ...flags(100));
        await first.report("told", ({ line }) => String(line).includes("ana"));
        const second = runClassWorker(processes, "push", master.pushAddress, ...flags(200));
        await second.report("presented");
        const tasks = await master.ended(ids);
        expect(tasks[0]).toMatchObject({ state: "done", attempts: 1, result: { SALDO: 100 } });
        const done = (await executionsOf(first, second)).map(({ saldo }) => saldo);
        for (const task of tasks) {
          expect(task).toMatchObject({ state: "done", attempts: 1 });
          expect(done).toContain(task.result?.SALDO);
        }
      });

      test("killed idle, and started again under the same id: served again", async ({ processes }) => {
        const master = await startMaster(processes);
        const first = runClassWorker(processes, "push", master.pushAddress);
        await master.ended(await master.submit("ana"));
        await first.kill();
        const second = runClassWorker(processes, "push", master.pushAddress, "--saldo", "7");
        expect(await master.ended(await master.submit("bia"))).toMatchObject([{ state: "done", result: { SALDO: 7 } }]);
        expectSpokenToWithCare(second);
        expect(await master.workers()).toMatchObject([{ id: "w-1", status: "ALIVE" }]);
      });
    });
  },
);
