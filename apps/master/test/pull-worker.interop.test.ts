import { type ForeignProcess, messageOf, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { executionsOf, runClassWorker, startListeningWorker } from "./support/class-workers.ts";
import { startMaster, startMasterAt } from "./support/master-under-test.ts";

/** Everything that was done, as [user, saldo]; its workers are ended by that. */
const executed = async (...workers: readonly ForeignProcess[]): Promise<readonly unknown[]> =>
  (await executionsOf(...workers)).map(({ user, saldo }) => [user, saldo]);

/** Each connection carried one answer and was then closed by us, in good order. */
function expectOneAnswerEach(worker: ForeignProcess): void {
  const talks = [...worker.reports("polled"), ...worker.reports("reported")];
  expect(talks.length).toBeGreaterThan(0);
  for (const talk of talks) expect(talk).toMatchObject({ answer: expect.any(String), rest: "", ended: "fin" });
  expect(worker.reports("lost")).toStrictEqual([]);
}

describe.skipIf(python === undefined)("workers of the class that pull (needs python3)", { timeout: 90_000 }, () => {
  describe.concurrent("are served", () => {
    test("in order of acceptance, one task at a time, each result recorded once and acknowledged", async ({
      processes,
    }) => {
      const master = await startMaster(processes, "--id", "SERVER_1");
      const ids = await master.submit("ana", "bia", ["caio", { age: 3 }]);
      const worker = runClassWorker(processes, "pull", master.address, "--id", "w-1", "--saldo", "10");
      const tasks = await master.ended(ids);

      expect(tasks).toMatchObject([
        { state: "done", attempts: 1, worker: "w-1", result: { SALDO: 10 }, error: null },
        { state: "done", attempts: 1, worker: "w-1", result: { SALDO: 11 }, error: null },
        { state: "done", attempts: 1, worker: "w-1", result: { SALDO: 12 }, error: null },
      ]);
      await worker.report("polled", ({ answer }) => String(answer).includes("NO_TASK"));
      const answers = worker.reports("polled").map((polled) => messageOf(polled, "answer"));
      expect(answers.slice(0, 2)).toStrictEqual([
        { TASK: "QUERY", USER: "ana" },
        { TASK: "QUERY", USER: "bia" },
      ]);
      expect(answers).toContainEqual({ TASK: "NO_TASK" });
      for (const reported of worker.reports("reported")) {
        expect(messageOf(reported, "answer")).toMatchObject({ STATUS: "ACK" });
      }
      expect(worker.reports("reported")).toHaveLength(3);
      expectOneAnswerEach(worker);
      expect(await master.workers()).toMatchObject([
        { id: "w-1", status: "ALIVE", style: "pull", owner: "SERVER_1", borrowed: false, running: [] },
      ]);
      expect(await executed(worker)).toStrictEqual([
        ["ana", 10],
        ["bia", 11],
        [["caio", { age: 3 }], 12],
      ]);
    });

    test("several at once: every task is done by one of them, once", async ({ processes }) => {
      const master = await startMaster(processes);
      const workers = ["w-1", "w-2", "w-3"].map((id, index) =>
        runClassWorker(processes, "pull", master.address, "--id", id, "--saldo", `${1_000 * index}`, "--work", "0.01"),
      );
      const users = Array.from({ length: 60 }, (_, index) => `user-${index}`);
      const tasks = await master.ended(await master.submit(...users));
      const recorded = tasks.map(({ result }, index) => JSON.stringify([users[index], result?.SALDO]));
      const done = (await executed(...workers)).map((each) => JSON.stringify(each));
      expect(recorded.toSorted()).toStrictEqual(done.toSorted());
      for (const task of tasks) expect(task).toMatchObject({ state: "done", attempts: 1 });
      for (const worker of workers) expectOneAnswerEach(worker);
    });

    test("borrowed: shown as such, and whose", async ({ processes }) => {
      const master = await startMaster(processes);
      const worker = runClassWorker(processes, "pull", master.address, "--id", "w-9", "--owner", "SERVER_2");
      await worker.report("polled");
      expect(await master.workers()).toMatchObject([{ id: "w-9", owner: "SERVER_2", borrowed: true }]);
    });

    test("with a listening port: the same, and nobody dials it without an order", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia");
      const worker = await startListeningWorker(processes, master.address, "--id", "w-1");
      expect(await master.ended(ids)).toMatchObject([
        { state: "done", result: { SALDO: 0 } },
        { state: "done", result: { SALDO: 1 } },
      ]);
      await worker.reportsPassed("polled", 3);
      expect(await master.workers()).toMatchObject([{ id: "w-1", style: "pull-with-port" }]);
      for (const event of ["order", "accepted"]) expect(worker.reports(event)).toStrictEqual([]);
      expectOneAnswerEach(worker);
    });

    test("one that polls while it works holds one task at a time", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia", "caio");
      const worker = await startListeningWorker(processes, master.address, "--eager");
      const tasks = await master.ended(ids);
      expect(tasks.map(({ result }) => result?.SALDO)).toStrictEqual([0, 1, 2]);
      const answers = (await worker.firstReports("polled", 6)).map((polled) => messageOf(polled, "answer")["TASK"]);
      expect(answers).toStrictEqual(["QUERY", "NO_TASK", "QUERY", "NO_TASK", "QUERY", "NO_TASK"]);
    });
  });

  describe.concurrent("are not given", () => {
    test("what cannot be said in the class's words, nor in a short line; the next task does not wait for it", async ({
      processes,
    }) => {
      const master = await startMaster(processes);
      const [long] = await master.submit("x".repeat(1_400));
      const other = await master.submitTask({ type: "RESIZE", payload: { width: 3 } });
      const short = await master.submit("ana");
      const worker = runClassWorker(processes, "pull", master.address);
      expect(await master.ended(short)).toMatchObject([{ state: "done" }]);
      await worker.report("polled", ({ answer }) => String(answer).includes("NO_TASK"));
      expect(await executed(worker)).toStrictEqual([["ana", 0]]);
      for (const id of [long ?? "", other]) expect(await master.task(id)).toMatchObject({ state: "pending" });
    });
  });

  describe.concurrent("fail", () => {
    test("NOK is tried again until the attempts are used up, and the ERROR is kept", async ({ processes }) => {
      const master = await startMaster(processes, "--retry", "0.05");
      const worker = runClassWorker(processes, "pull", master.address, "--nok", "nobody");
      const id = await master.submitTask({ type: "QUERY", payload: { USER: "nobody" }, maxAttempts: 2 });
      const [after] = await master.submit("ana");
      const [failed, done] = await master.ended([id, after ?? ""]);
      expect(failed).toMatchObject({
        state: "failed",
        attempts: 2,
        result: null,
        error: { message: "no account of nobody" },
      });
      expect(done).toMatchObject({ state: "done" });
      const users = (await worker.firstReports("executed", 3)).map(({ user }) => user);
      expect(users.filter((user) => user === "nobody")).toHaveLength(2);
      expectOneAnswerEach(worker);
    });

    test("killed under a task: it goes to another after its visibility time", async ({ processes }) => {
      const master = await startMaster(processes, "--visibility", "1", "--grace", "0.2");
      const ids = await master.submit("ana");
      const mortal = runClassWorker(processes, "pull", master.address, "--id", "mortal", "--work", "600");
      await mortal.report("polled", ({ answer }) => String(answer).includes("QUERY"));
      expect(await master.task(ids[0] ?? "")).toMatchObject({ state: "running", worker: "mortal" });
      await mortal.kill();
      const other = runClassWorker(processes, "pull", master.address, "--id", "other", "--saldo", "7");
      expect(await master.ended(ids)).toMatchObject([
        { state: "done", attempts: 2, worker: "other", result: { SALDO: 7 } },
      ]);
      expect(await executed(other)).toStrictEqual([["ana", 7]]);
    });

    test("late, after another has done the task: acknowledged, and the record stands", async ({ processes }) => {
      const master = await startMaster(processes, "--visibility", "1", "--grace", "0.2");
      const ids = await master.submit("ana");
      const late = runClassWorker(processes, "pull", master.address, "--id", "late", "--saldo", "500", "--work", "5");
      await late.report("polled", ({ answer }) => String(answer).includes("QUERY"));
      late.signal("SIGSTOP");
      runClassWorker(processes, "pull", master.address, "--id", "other", "--saldo", "7");
      const [recorded] = await master.ended(ids);
      expect(recorded).toMatchObject({ state: "done", attempts: 2, worker: "other", result: { SALDO: 7 } });

      late.signal("SIGCONT");
      const reported = await late.report("reported");
      expect(messageOf(reported, "answer")).toMatchObject({ STATUS: "ACK" });
      expect(await executed(late)).toStrictEqual([["ana", 500]]);
      expect(await master.task(ids[0] ?? "")).toStrictEqual(recorded);
    });

    test("late, and alone: the task is recorded once, with what it really did", async ({ processes }) => {
      const master = await startMaster(processes, "--visibility", "0.5", "--grace", "0.1", "--visibility-max", "600");
      const ids = await master.submit("ana");
      const worker = runClassWorker(processes, "pull", master.address, "--saldo", "10", "--work", "1.5");
      const [task] = await master.ended(ids);
      expect(task).toMatchObject({ state: "done", worker: "w-1" });
      expect(await executed(worker)).toContainEqual(["ana", task?.result?.SALDO]);
      for (const reported of worker.reports("reported")) {
        expect(messageOf(reported, "answer")).toMatchObject({ STATUS: "ACK" });
      }
    });
  });

  describe.concurrent("outlive the master", () => {
    test("kill -9 with a task out and others waiting: nothing is lost, and nothing is recorded twice", async ({
      processes,
    }) => {
      const master = await startMaster(processes, "--visibility", "1", "--grace", "0.2");
      const ids = await master.submit("ana", "bia", "caio");
      const worker = runClassWorker(processes, "pull", master.address, "--work", "1");
      await worker.report("executed", ({ user }) => user === "ana");
      const [first] = await master.ended(ids.slice(0, 1));
      await worker.report("polled", ({ answer }) => String(answer).includes("bia"));
      await master.kill();

      const again = await startMasterAt(processes, master.place, "--visibility", "30");
      expect(await again.task(ids[0] ?? "")).toStrictEqual(first);
      const tasks = await again.ended(ids);
      for (const task of tasks) expect(task).toMatchObject({ state: "done", worker: "w-1" });
      const done = await executed(worker);
      for (const [index, user] of ["ana", "bia", "caio"].entries()) {
        expect(done).toContainEqual([user, tasks[index]?.result?.SALDO]);
      }
      expect(new Set(tasks.map(({ result }) => result?.SALDO)).size).toBe(3);
    });
  });
});
