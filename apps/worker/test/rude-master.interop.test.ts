import { type ForeignPeer, messageOf, type Processes, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { recorded, resultFor, startClassMaster, tasksFor } from "./support/class-masters.ts";
import { startWorker, type WorkerUnderTest } from "./support/worker-under-test.ts";

/** What the accounts hold. */
const saldos = { ana: 1_250.5, bia: 987, caio: 42.99 } as const;

const impatient = ["--poll", "0.1", "--report-timeout", "1"];

async function startScene(
  processes: Processes,
  mode: string,
  flags: readonly string[],
  ...workerFlags: readonly string[]
): Promise<{ readonly master: ForeignPeer; readonly worker: WorkerUnderTest }> {
  const master = await startClassMaster(processes, "rude", "--mode", mode, ...flags);
  return { master, worker: startWorker(processes, master.address, ...impatient, ...workerFlags) };
}

const done = (user: keyof typeof saldos): readonly unknown[] => [
  user,
  { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "ours", SALDO: saldos[user] },
];

describe.skipIf(python === undefined)("at rude masters (needs python3)", { timeout: 90_000 }, () => {
  describe.concurrent("that give nothing", () => {
    test.for(["closes", "resets", "garbage", "not-json", "never-answers"])(
      "%s: the worker tries again, and works once it is treated well",
      async (mode, { processes }) => {
        const { master, worker } = await startScene(
          processes,
          mode,
          ["--times", "3", ...tasksFor("ana", "bia")],
          ...["--answer-timeout", "1"],
        );
        await resultFor(master, "bia");
        expect(recorded(master)).toStrictEqual([done("ana"), done("bia")]);
        expect(master.reports("rude")).toHaveLength(3);
        if (mode === "never-answers") {
          const givenUp = await master.firstReports("given-up", 3);
          expect(givenUp.map(({ ended }) => ended)).toStrictEqual(Array(3).fill("fin"));
        }
        for (const event of ["lost", "unexpected"]) expect(master.reports(event)).toStrictEqual([]);
        expect(worker.stderr.lines.join("\n")).not.toMatch(/"level":[56]0/);
      },
    );

    test("slow: ten seconds for the first line are waited for", async ({ processes }) => {
      const { master } = await startScene(processes, "slow", ["--times", "1", ...tasksFor("ana")]);
      await resultFor(master, "ana");
      expect(recorded(master)).toStrictEqual([done("ana")]);
      expect(await master.report("given")).toMatchObject({ conn: 1 });
      expect(master.reports("rude")).toHaveLength(1);
    });
  });

  describe.concurrent("that say odd things", () => {
    test("unknown-tasks: unanswered, and the task that follows on the same connection is done", async ({
      processes,
    }) => {
      const { master } = await startScene(processes, "unknown-tasks", ["--times", "1", ...tasksFor("ana", "bia")]);
      await resultFor(master, "bia");
      expect(recorded(master)).toStrictEqual([done("ana"), done("bia")]);
      expect(await master.report("given")).toMatchObject({ conn: 1, user: "ana" });
      expect(master.reports("unexpected")).toStrictEqual([]);
    });

    // One task at a time is all that the class's words can tell apart, so the second is left to the master's own clock.
    test("two-at-once: the first is done, the second is ignored, and neither is reported twice", async ({
      processes,
    }) => {
      const flags = ["--times", "1", ...tasksFor("ana", "bia", "caio")];
      const { master } = await startScene(processes, "two-at-once", flags);
      await resultFor(master, "caio");
      expect(recorded(master)).toStrictEqual([done("ana"), done("bia"), done("caio")]);
    });
  });

  describe.concurrent("that lose results", () => {
    test("dies-after-query: the result is kept, and reported to whoever listens there next", async ({ processes }) => {
      const { master: first } = await startScene(processes, "dies-after-query", tasksFor("ana"));
      expect(await first.exited).toMatchObject({ code: 1 });
      const second = await startClassMaster(processes, "pull", "--port", `${first.port}`, ...tasksFor("bia"));
      await resultFor(second, "bia");
      const [kept, next] = recorded(second);
      // The second master gave nobody that task, and so takes the result for nobody's.
      expect(kept).toStrictEqual([null, done("ana")[1]]);
      expect(next).toStrictEqual(done("bia"));
    });

    test("no-ack-open: a missing ACK on a connection that stays open is no error", async ({ processes }) => {
      const flags = ["--times", "100", ...tasksFor("ana", "bia", "caio")];
      const { master } = await startScene(processes, "no-ack-open", flags);
      await resultFor(master, "caio");
      expect(recorded(master)).toStrictEqual([done("ana"), done("bia"), done("caio")]);
    });

    test("no-ack-closes, once: the result is said again until it is acknowledged", async ({ processes }) => {
      const { master } = await startScene(processes, "no-ack-closes", ["--times", "1", ...tasksFor("ana", "bia")]);
      await resultFor(master, "bia");
      expect(recorded(master)).toStrictEqual([done("ana"), [null, done("ana")[1]], done("bia")]);
    });

    test("no-ack-closes, always: said again, and the worker does not stand still over it", async ({ processes }) => {
      const { master } = await startScene(processes, "no-ack-closes", ["--times", "1000", ...tasksFor("ana", "bia")]);
      await resultFor(master, "bia");
      const results = master.reports("result").map((result) => messageOf(result)["SALDO"]);
      expect(results.filter((saldo) => saldo === saldos.ana).length).toBeGreaterThan(1);
    });
  });

  describe.skipIf(process.platform === "win32").concurrent("a worker that is told to end", () => {
    test.for(["never-answers", "closes", "garbage"])("%s: does so all the same", async (mode, { processes }) => {
      const { master, worker } = await startScene(processes, mode, ["--times", "1000"]);
      await master.report("rude");
      worker.signal("SIGTERM");
      expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
    });
  });
});
