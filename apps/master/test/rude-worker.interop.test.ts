import { connectRaw, type ForeignProcess, messageOf, type Processes, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { executionsOf, runClassWorker, runRudeWorker } from "./support/class-workers.ts";
import { type MasterUnderTest, startMaster, type TaskRecord } from "./support/master-under-test.ts";

/** What rude workers report of their own invention. */
const FORGED_SALDO = -1;

/** The master goes on: an honest worker is served, and so is whoever asks for its pulse. */
async function expectUnharmed(processes: Processes, master: MasterUnderTest): Promise<void> {
  const ids = await master.submit("zoe", "yan");
  const honest = runClassWorker(processes, "pull", master.address, "--id", "honest", "--saldo", "90000");
  for (const task of await master.ended(ids)) expect(task).toMatchObject({ state: "done" });
  await honest.kill();
  const stranger = await connectRaw(master);
  stranger.write('{"TASK":"HEARTBEAT"}\n');
  expect(await stranger.answer(0)).toMatchObject({ TASK: "HEARTBEAT", RESPONSE: "ALIVE" });
  stranger.destroy();
}

/** Each task is recorded with what the worker really did, and nothing that it made up. The worker is ended by that. */
async function expectTrue(tasks: readonly TaskRecord[], worker: ForeignProcess): Promise<void> {
  const done = (await executionsOf(worker)).map(({ saldo }) => saldo);
  for (const task of tasks) {
    expect(task).toMatchObject({ state: "done", attempts: 1 });
    expect(done).toContain(task.result?.SALDO);
  }
  expect(new Set(tasks.map(({ result }) => result?.SALDO)).size).toBe(tasks.length);
}

describe.skipIf(python === undefined)("rude workers (needs python3)", { timeout: 90_000 }, () => {
  describe.concurrent("without a name", () => {
    test.for(["id-missing", "id-null", "id-empty"])(
      "%s: closed, and nobody is registered",
      async (mode, { processes }) => {
        const master = await startMaster(processes);
        const [id] = await master.submit("ana");
        const rude = runRudeWorker(processes, mode, master.address, "--times", "3");
        expect(await rude.exited).toMatchObject({ code: 0 });
        for (const presented of rude.reports("presented")) {
          expect(presented).toMatchObject({ answers: [], ended: expect.stringMatching(/^(fin|reset)$/) });
        }
        expect(rude.reports("presented")).toHaveLength(3);
        await master.logged({ event: "line-refused" });
        expect(await master.workers()).toStrictEqual([]);
        expect(await master.task(id ?? "")).toMatchObject({ state: "pending", attempts: 0 });
        await expectUnharmed(processes, master);
      },
    );
  });

  describe.concurrent("whose results are none", () => {
    test("twice: the second is acknowledged and not counted, nor taken for the next task's", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia", "caio");
      const rude = runRudeWorker(processes, "twice", master.address);
      await master.ended(ids);
      for (const repeated of await rude.firstReports("repeated", 3)) {
        expect(messageOf(repeated, "answer")).toMatchObject({ STATUS: "ACK" });
      }
      await expectTrue(await master.ended(ids), rude);
    });

    test("twice-at-once: the second, sent before the next task was, is not that task's result", async ({
      processes,
    }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia", "caio", "davi");
      const rude = runRudeWorker(processes, "twice-at-once", master.pushAddress);
      await expectTrue(await master.ended(ids), rude);
    });

    test("earlier-connection: what was on its way before the task was given is not its result", async ({
      processes,
    }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia");
      const rude = runRudeWorker(processes, "earlier-connection", master.address, "--work", "1");
      expect(messageOf(await rude.report("forged"), "answer")).toMatchObject({ STATUS: "ACK" });
      expect(await master.task(ids[0] ?? "")).toMatchObject({ state: "running", result: null });
      await expectTrue(await master.ended(ids), rude);
      expect(rude.reports("forged")).toHaveLength(2);
    });

    test("never-given: acknowledged and ignored, from a stranger and from a worker that holds nothing", async ({
      processes,
    }) => {
      const master = await startMaster(processes);
      const [id] = await master.submit("ana");
      const stranger = runRudeWorker(processes, "never-given", master.address, "--id", "nobody");
      expect(await stranger.exited).toMatchObject({ code: 0 });
      expect(await master.task(id ?? "")).toMatchObject({ state: "pending", attempts: 0 });
      expect(await master.workers()).toStrictEqual([]);

      const honest = runClassWorker(processes, "pull", master.address, "--id", "known");
      await master.ended([id ?? ""]);
      await honest.report("polled", ({ answer }) => String(answer).includes("NO_TASK"));
      await honest.kill();
      const [next] = await master.submit("bia");
      const known = runRudeWorker(processes, "never-given", master.address, "--id", "known");
      expect(await known.exited).toMatchObject({ code: 0 });
      for (const forged of [...stranger.reports("forged"), ...known.reports("forged")]) {
        expect(messageOf(forged, "answer")).toMatchObject({ STATUS: "ACK" });
      }
      expect(await master.task(next ?? "")).toMatchObject({ state: "pending", attempts: 0, result: null });
    });

    test("other-id: a result in the name of a worker on a session counts for nothing", async ({ processes }) => {
      const master = await startMaster(processes);
      const [id] = await master.submit("ana");
      const session = await connectRaw(master);
      const hello = { v: 1, boot: "b", slots: 1, types: ["QUERY"], holding: [] };
      session.write(`${JSON.stringify({ WORKER: "ALIVE", WORKER_UUID: "victim", EXT: hello })}\n`);
      expect(await session.answer(0)).toMatchObject({ TASK: "NO_TASK", EXT: { v: 1 } });
      const resynced = { v: 1, results: [], progress: [], resynced: true };
      session.write(`${JSON.stringify({ STATUS: "OK", TASK: "QUERY", WORKER_UUID: "victim", EXT: resynced })}\n`);
      expect(await session.answer(1)).toMatchObject({ TASK: "QUERY", EXT: { tasks: [{ id, n: 1 }] } });

      const rude = runRudeWorker(processes, "other-id", master.address, "--victim", "victim");
      expect(await rude.exited).toMatchObject({ code: 0 });
      expect(rude.reports("forged").map((forged) => messageOf(forged, "answer")["STATUS"])).toStrictEqual(
        Array(3).fill("ACK"),
      );
      expect(await master.task(id ?? "")).toMatchObject({ state: "running", worker: "victim", result: null });
      const result = { v: 1, results: [{ id, n: 1, ok: true, output: { SALDO: 5 } }], progress: [] };
      session.write(`${JSON.stringify({ STATUS: "OK", TASK: "QUERY", WORKER_UUID: "victim", EXT: result })}\n`);
      expect(await master.ended([id ?? ""])).toMatchObject([{ state: "done", result: { SALDO: 5 } }]);
      session.destroy();
    });

    test("other-id: a result in the name of a push worker, on the port of the others, counts for nothing", async ({
      processes,
    }) => {
      const master = await startMaster(processes);
      const [id] = await master.submit("ana");
      const victim = runClassWorker(processes, "push", master.pushAddress, "--id", "victim", "--work", "3");
      await victim.report("told", ({ line }) => String(line).includes("QUERY"));
      const rude = runRudeWorker(processes, "other-id", master.address, "--victim", "victim", "--poll", "0.01");
      expect(await rude.exited).toMatchObject({ code: 0 });
      const [task] = await master.ended([id ?? ""]);
      await expectTrue([task as TaskRecord], victim);
      expect(victim.reports("bad-task")).toStrictEqual([]);
    });

    test("nan: the line is dropped, and the next one of the same connection counts", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia");
      const rude = runRudeWorker(processes, "nan", master.address);
      await expectTrue(await master.ended(ids), rude);
    });

    test("echo: the echo is ignored and not kept, however long it may be within the limit of a first line", async ({
      processes,
    }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia");
      const rude = runRudeWorker(processes, "echo", master.address, "--echo", "6000");
      const tasks = await master.ended(ids);
      await expectTrue(tasks, rude);
      for (const task of tasks) expect(Object.keys(task.result ?? {})).toStrictEqual(["SALDO"]);
      expect(rude.reports("echoed").length).toBeGreaterThan(0);
      for (const echoed of rude.reports("echoed")) {
        expect(messageOf(echoed, "answer")).toMatchObject({ STATUS: "ACK" });
      }
    });

    test("echo above that limit: cut off, and the worker may report again without it", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana");
      const rude = runRudeWorker(processes, "echo", master.address, "--echo", "20000");
      await expectTrue(await master.ended(ids), rude);
      expect(await rude.report("echoed")).toMatchObject({
        answer: null,
        ended: expect.stringMatching(/^(fin|reset)$/),
      });
      await master.logged({ code: "ERR_LINE_TOO_LONG" });
    });
  });

  describe.concurrent("that hold a task and do not behave so", () => {
    test("polls-while-holding: nothing more for it, however often it asks", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia");
      const rude = runRudeWorker(processes, "polls-while-holding", master.address, "--times", "5");
      await expectTrue(await master.ended(ids), rude);
      const answers = rude.reports("polled-again").map((polled) => messageOf(polled, "answer"));
      expect(answers).toStrictEqual(Array(10).fill({ TASK: "NO_TASK" }));
    });

    test("never-reports: its task is another's after its visibility time, and the others never wait for it", async ({
      processes,
    }) => {
      const master = await startMaster(processes, "--visibility", "3", "--grace", "0.2");
      const [held, other] = await master.submit("ana", "bia");
      const rude = runRudeWorker(processes, "never-reports", master.address, "--id", "rude", "--times", "4");
      await rude.report("silent");
      const answers = rude.reports("polled-again").map((polled) => messageOf(polled, "answer"));
      expect(answers).toStrictEqual(Array(4).fill({ TASK: "NO_TASK" }));
      const honest = runClassWorker(processes, "pull", master.address, "--id", "honest", "--saldo", "7");
      expect(await master.ended([other ?? "", held ?? ""])).toMatchObject([
        { state: "done", attempts: 1, worker: "honest", result: { SALDO: 7 } },
        { state: "done", attempts: 2, worker: "honest", result: { SALDO: 8 } },
      ]);
      expect((await executionsOf(honest)).map(({ user }) => user)).toStrictEqual(["bia", "ana"]);
    });

    test.for(["pull", "push"] as const)(
      "dies with a reset, %s: its task is another's, and one that takes down three is dead",
      async (style, { processes }) => {
        const master = await startMaster(processes, "--visibility", "0.5", "--grace", "0.2", "--losses-max", "3");
        const address = style === "pull" ? master.address : master.pushAddress;
        const [id] = await master.submit("ana");
        for (const worker of ["one", "two"]) {
          const rude = runRudeWorker(processes, "dies", address, "--id", worker);
          expect(await rude.exited).toMatchObject({ code: 1 });
        }
        const last = runRudeWorker(processes, "dies", address, "--id", "three");
        const [task] = await master.ended([id ?? ""]);
        await last.exited;
        expect(task).toMatchObject({ state: "dead", attempts: 3, result: null });
        expect(task).toHaveProperty(
          "stories",
          ["one", "two", "three"].map((worker) => expect.objectContaining({ worker })),
        );
        await expectUnharmed(processes, master);
      },
    );

    test("never-reads-its-task: the task is another's in the end", async ({ processes }) => {
      const master = await startMaster(processes, "--visibility", "1", "--grace", "0.2");
      const rude = runRudeWorker(processes, "never-reads-its-task", master.pushAddress, "--id", "deaf");
      await rude.report("presented");
      await master.logged({ event: "worker-joined" });
      const [id] = await master.submit("ana");
      expect(await master.task(id ?? "")).toMatchObject({ state: "running", worker: "deaf" });
      runClassWorker(processes, "pull", master.address, "--id", "honest", "--saldo", "7");
      expect(await master.ended([id ?? ""])).toMatchObject([
        { state: "done", attempts: 2, worker: "honest", result: { SALDO: 7 } },
      ]);
    });
  });

  describe.concurrent("that cut their lines oddly", () => {
    test("one-byte: understood", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia");
      const rude = runRudeWorker(processes, "one-byte", master.address);
      await expectTrue(await master.ended(ids), rude);
    });

    test("merged: one task at most for a segment of polls, and one result counts of a segment of them", async ({
      processes,
    }) => {
      const master = await startMaster(processes, "--visibility", "600");
      const ids = await master.submit("ana", "bia", "caio");
      const rude = runRudeWorker(processes, "merged", master.address);
      await expectTrue(await master.ended(ids), rude);
      for (const { answers } of rude.reports("polled")) {
        expect((answers as readonly string[]).filter((answer) => answer.includes("QUERY")).length).toBeLessThan(2);
      }
    });

    // A sender that is finished may have left: its question is answered, but not with a task unless it goes on like that.
    test("no-newline: a result that FIN ends counts once", async ({ processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit("ana", "bia");
      const rude = runRudeWorker(processes, "no-newline", master.address);
      const tasks = await master.ended(ids);
      for (const { answers } of await rude.firstReports("reported", 2)) {
        expect(answers).toStrictEqual([expect.stringContaining('"ACK"')]);
      }
      await expectTrue(tasks, rude);
    });
  });

  describe.concurrent("that say too much, or rubbish", () => {
    test("garbage: cut off", async ({ processes }) => {
      const master = await startMaster(processes);
      const rude = runRudeWorker(processes, "garbage", master.address, "--times", "5");
      expect(await rude.exited).toMatchObject({ code: 0 });
      for (const talked of rude.reports("talked")) {
        expect(talked).toMatchObject({ answers: [], ended: expect.stringMatching(/^(fin|reset)$/) });
      }
      await master.logged({ code: "ERR_LINE_NOT_UTF8" });
      await expectUnharmed(processes, master);
    });

    test.for(["flood", "never-reads"])("%s: an honest worker is served meanwhile", async (mode, { processes }) => {
      const master = await startMaster(processes);
      const ids = await master.submit(...Array.from({ length: 20 }, (_, index) => `user-${index}`));
      const rude = runRudeWorker(processes, mode, master.address, "--id", "rude", "--times", "3");
      await rude.report("started");
      const honest = runClassWorker(processes, "pull", master.address, "--id", "honest", "--saldo", "100");
      expect(await rude.exited).toMatchObject({ code: 0 });
      const taken = mode === "flood" ? [] : (await master.workers()).filter(({ id }) => id === "rude");
      const lost = new Set(taken.flatMap(({ running }) => running));
      const tasks = await master.ended(ids.filter((id) => !lost.has(id)));
      for (const task of tasks) expect(task).toMatchObject({ state: "done" });
      expect(lost.size).toBeLessThanOrEqual(1);
      await honest.report("executed");
      await expectUnharmed(processes, master);
    });
  });

  test("all of them at once: what an honest worker does is recorded, and nothing that was made up", async ({
    processes,
  }) => {
    // All have one address here, and would be muted together for what one of them says.
    const unmuted = ["--malformed-per-source-max", "100000"];
    const master = await startMaster(processes, ...unmuted, "--visibility", "10", "--grace", "0.2");
    const modes = ["twice", "earlier-connection", "polls-while-holding", "one-byte", "merged", "no-newline", "nan"];
    const attacks = ["id-missing", "id-null", "never-given", "garbage", "flood", "never-reads"];
    const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
    const ids = await master.submit(...users);
    const honest = [...modes, "echo"].map((mode, index) =>
      runRudeWorker(processes, mode, master.address, ...["--id", mode, "--saldo", `${10_000 * (index + 1)}`]),
    );
    const attackers = attacks.map((mode) => runRudeWorker(processes, mode, master.address, "--id", mode));
    const other = runRudeWorker(processes, "other-id", master.address, "--victim", "nobody");
    const last = runClassWorker(processes, "pull", master.address, "--id", "honest", "--saldo", "90000");
    const tasks = await master.ended(ids);
    await Promise.all([...attackers, other].map((attacker) => attacker.exited));
    const done = (await executionsOf(...honest, ...attackers, last)).map(({ user, saldo }) => [user, saldo]);
    for (const [index, { state, result }] of tasks.entries()) {
      expect(state).toBe("done");
      expect(result?.SALDO).not.toBe(FORGED_SALDO);
      expect(done).toContainEqual([users[index], result?.SALDO]);
    }
    expect(await master.load()).toMatchObject({ backlog: 0, running: 0 });
  });
});
