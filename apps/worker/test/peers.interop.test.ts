import { fileURLToPath } from "node:url";
import {
  type ForeignPeer,
  type ForeignProcess,
  type LogRecord,
  messageOf,
  type Processes,
  python,
  runForeign,
  startForeign,
  test,
} from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { pushAddress, startClassMaster, tasksFor } from "./support/class-masters.ts";

// The foreign workers and masters against each other: what the interop tests of both our apps rest on. A peer that sees
// nothing wrong with our processes proves something only if it does see what is wrong with others.

/** Where the foreign workers are that our master is tested with. */
const workerFile = (name: string): string =>
  fileURLToPath(new URL(`../../master/test/peers/${name}.py`, import.meta.url));

function runWorker(
  processes: Processes,
  name: "pull_worker" | "push_worker" | "rude_workers",
  master: string,
  ...flags: readonly string[]
): ForeignProcess {
  return runForeign(processes, name, workerFile(name), ["--master", master, ...flags]);
}

/** What was recorded by a master that takes every result for the task that its worker was given first. */
const recorded = (master: ForeignProcess): readonly unknown[] =>
  master.reports("result").map((result) => [result["user"], messageOf(result)["SALDO"] ?? messageOf(result)["STATUS"]]);

const answerOf = (report: LogRecord): unknown => messageOf(report, "answer");

describe.skipIf(python === undefined)("foreign workers and masters (needs python3)", { timeout: 90_000 }, () => {
  describe.concurrent("of the same style understand each other", () => {
    test("pull: a connection per line, closed by the master after its answer", async ({ processes }) => {
      const master = await startClassMaster(processes, "pull", ...tasksFor("ana", "bia"), "--json-task", '["caio", 3]');
      const worker = runWorker(processes, "pull_worker", master.address, "--nok", "bia", "--saldo", "10");
      await master.firstReports("result", 3);
      await worker.report("polled", (polled) => String(polled["answer"]).includes("NO_TASK"));

      expect(recorded(master)).toStrictEqual([
        ["ana", 10],
        ["bia", "NOK"],
        [["caio", 3], 11],
      ]);
      const talks = [...worker.reports("polled"), ...worker.reports("reported")];
      expect(talks.map(({ ended }) => ended)).toStrictEqual(talks.map(() => "fin"));
      expect(talks.map(({ rest }) => rest)).toStrictEqual(talks.map(() => ""));
      expect(worker.reports("reported").map(answerOf)).toStrictEqual(Array(3).fill({ STATUS: "ACK" }));
      expect(new Set(talks.map(({ conn }) => conn)).size).toBe(talks.length);
    });

    test("pull with a port: an order is delivered by dialling it, one line", async ({ processes }) => {
      const master = await startClassMaster(processes, "listening_pull", ...tasksFor("ana"));
      const flags = ["--master", master.address, "--eager"];
      const worker = await startForeign(processes, "listening worker", workerFile("listening_worker"), flags);
      const order = await worker.report("order");
      expect(messageOf(order)).toStrictEqual({
        TASK: "REDIRECT",
        SERVER_REDIRECT: { ip: master.host, port: master.port },
      });
      expect(await master.report("ordered")).toMatchObject({ worker: "w-1", at: ["127.0.0.1", worker.port] });
      await master.report("result");
      expect(recorded(master)).toStrictEqual([["ana", 0]]);
    });

    test("pull with a port: an eager worker holds two tasks at once", async ({ processes }) => {
      const master = await startClassMaster(processes, "listening_pull", ...tasksFor("ana", "bia"));
      const flags = ["--master", master.address, "--eager"];
      await startForeign(processes, "listening worker", workerFile("listening_worker"), flags);
      await master.report("result", ({ user }) => user === "bia");
      const events = master.stdout.lines.flatMap((line) => /"event": "(given|result)"/.exec(line)?.[1] ?? []);
      expect(events).toStrictEqual(["given", "given", "result", "result"]);
    });

    test("push: tasks and keep-alives, one line in flight, on one connection", async ({ processes }) => {
      const master = await startClassMaster(processes, "push", ...tasksFor("ana", "bia"), "--keep-alive", "0.1");
      const worker = runWorker(processes, "push_worker", pushAddress(master), "--work", "0.3");
      await master.reportsPassed("pong", 3);

      expect(recorded(master)).toStrictEqual([
        ["ana", 0],
        ["bia", 1],
      ]);
      expect(messageOf(await master.report("result"))).toMatchObject({ STATUS: "OK", CPF: "cpf of ana" });
      expect(messageOf(await master.report("pong"))).toStrictEqual({ STATUS: "PONG", WORKER_UUID: "w-1" });
      expect(master.reports("accepted")).toHaveLength(1);
      for (const event of ["noise", "unexpected", "lost"]) expect(master.reports(event)).toStrictEqual([]);
      for (const event of ["bad-task", "lost", "eof"]) expect(worker.reports(event)).toStrictEqual([]);
    });
  });

  describe.concurrent("notice what is wrong with the other", () => {
    test("a pull worker: the master does not close", async ({ processes }) => {
      const master = await startClassMaster(processes, "pull", "--keep-open");
      const worker = runWorker(processes, "pull_worker", master.address);
      expect(await worker.report("polled")).toMatchObject({ ended: "open" });
    });

    test("a push worker: a line that is no task, again and again once it is acknowledged", async ({ processes }) => {
      const master = await startClassMaster(processes, "pull", "--keep-open");
      const worker = runWorker(processes, "push_worker", master.address);
      await worker.reportsPassed("bad-task", 5);
      const lines = worker.reports("bad-task").map((report) => messageOf(report));
      expect(lines.slice(0, 4)).toStrictEqual([{ TASK: "NO_TASK" }, ...Array(3).fill({ STATUS: "ACK" })]);
    });

    test("a push worker: two lines in one segment", async ({ processes }) => {
      const master = await startClassMaster(processes, "rude", "--mode", "two-at-once", ...tasksFor("ana", "bia"));
      const worker = runWorker(processes, "push_worker", master.address);
      expect(messageOf(await worker.report("lost"), "text")).toStrictEqual({ TASK: "QUERY", USER: "bia" });
      await master.kill();
      await worker.exited;
      expect(worker.reports("eof")).toHaveLength(1);
    });

    test("a pull master: lines that follow the first of a segment", async ({ processes }) => {
      const master = await startClassMaster(processes, "pull");
      runWorker(processes, "rude_workers", master.address, "--mode", "merged");
      expect(await master.report("lost")).toMatchObject({ text: expect.stringContaining("ALIVE") });
    });
  });

  describe.concurrent("that are rude are so to a careless master", () => {
    const rude = async (
      processes: Processes,
      mode: string,
      ...flags: readonly string[]
    ): Promise<{ readonly master: ForeignPeer; readonly worker: ForeignProcess }> => {
      const master = await startClassMaster(processes, "pull", ...tasksFor("ana", "bia"));
      return { master, worker: runWorker(processes, "rude_workers", master.address, "--mode", mode, ...flags) };
    };

    test.for(["id-missing", "id-null", "id-empty"])("%s: served as nobody", async (mode, { processes }) => {
      const { master, worker } = await rude(processes, mode, "--times", "1");
      expect(await worker.exited).toMatchObject({ code: 0 });
      expect(await master.report("given")).toMatchObject({ worker: mode === "id-empty" ? "" : null });
    });

    test("twice: the second result is taken for one of no task, or of the next", async ({ processes }) => {
      const { master } = await rude(processes, "twice");
      await master.firstReports("result", 4);
      expect(recorded(master)).toStrictEqual([
        ["ana", 0],
        [null, -1],
        ["bia", 1],
        [null, -1],
      ]);
    });

    test("earlier-connection: a task is taken for done that nobody did", async ({ processes }) => {
      const { master } = await rude(processes, "earlier-connection");
      await master.firstReports("result", 2);
      expect(recorded(master).slice(0, 2)).toStrictEqual([
        ["ana", -1],
        [null, 0],
      ]);
    });

    test("never-given and other-id: results of tasks that nobody gave them", async ({ processes }) => {
      const { master } = await rude(processes, "never-given", "--times", "2");
      await master.firstReports("result", 2);
      expect(recorded(master)).toStrictEqual(Array(2).fill([null, -1]));
      runWorker(processes, "rude_workers", master.address, ...["--mode", "other-id", "--victim", "w-7"]);
      await master.report("result", ({ worker }) => worker === "w-7");
    });

    test("polls-while-holding: it is given another", async ({ processes }) => {
      const { master } = await rude(processes, "polls-while-holding");
      const given = await master.firstReports("given", 2);
      expect(given.map(({ user }) => user)).toStrictEqual(["ana", "bia"]);
    });

    test.for(["never-reports", "dies"])("%s: the task is lost", async (mode, { processes }) => {
      const { master, worker } = await rude(processes, mode);
      await (mode === "dies" ? worker.exited : worker.report("silent"));
      await master.report("given");
      expect(master.reports("result")).toStrictEqual([]);
    });

    test.for(["one-byte", "no-newline"])("%s: understood all the same", async (mode, { processes }) => {
      const { master } = await rude(processes, mode);
      await master.report("result", ({ user }) => user === "bia");
      expect(recorded(master)).toStrictEqual([
        ["ana", 0],
        ["bia", 1],
      ]);
    });

    test("nan: said in full", async ({ processes }) => {
      const { master } = await rude(processes, "nan");
      expect(await master.report("result")).toMatchObject({ line: expect.stringContaining('"SALDO": NaN') });
    });

    test("echo: as long as asked", async ({ processes }) => {
      const { master } = await rude(processes, "echo", "--echo", "20000");
      expect(messageOf(await master.report("result"))["USER"]).toHaveLength(20_000);
    });

    test("garbage, flood, never-reads: it goes on", async ({ processes }) => {
      const { master } = await rude(processes, "garbage");
      for (const mode of ["flood", "never-reads"]) {
        await runWorker(processes, "rude_workers", master.address, "--mode", mode, "--times", "1").exited;
      }
      const honest = runWorker(processes, "pull_worker", master.address);
      expect(await honest.report("polled")).toMatchObject({ ended: "fin" });
    });
  });

  describe.concurrent("a worker survives a rude master", () => {
    test.for(["closes", "resets", "never-answers", "garbage", "not-json", "slow", "no-ack-closes"])(
      "%s",
      async (mode, { processes }) => {
        const flags = ["--mode", mode, "--times", "1", ...tasksFor("ana", "bia")];
        const master = await startClassMaster(processes, "rude", ...flags);
        const worker = runWorker(processes, "pull_worker", master.address);
        await worker.report("executed", ({ user }) => user === "bia");
        await master.report("given", ({ user }) => user === "bia");
        expect(master.reports("rude")).toHaveLength(1);
      },
    );

    test("dies-after-query: the result waits for its return", async ({ processes }) => {
      const first = await startClassMaster(processes, "rude", "--mode", "dies-after-query", ...tasksFor("ana"));
      const worker = runWorker(processes, "pull_worker", first.address);
      expect(await first.exited).toMatchObject({ code: 1 });
      await worker.report("unreachable");
      const second = await startClassMaster(processes, "pull", "--port", String(first.port));
      expect(messageOf(await second.report("result"))).toMatchObject({ STATUS: "OK", SALDO: 0 });
    });

    test.for(["unknown-tasks", "no-ack-open"])("%s: it is said as promised", async (mode, { processes }) => {
      const master = await startClassMaster(processes, "rude", "--mode", mode, ...tasksFor("ana"));
      const worker = runWorker(processes, "push_worker", master.address);
      await master.report("result", ({ user }) => user === "ana");
      if (mode === "unknown-tasks") expect(await worker.firstReports("bad-task", 5)).toHaveLength(5);
      else expect(worker.reports("bad-task")).toStrictEqual([]);
    });
  });
});
