import { type ForeignPeer, type LogRecord, messageOf, type Processes, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { recorded, resultFor, startClassMaster, tasksFor } from "./support/class-masters.ts";
import { startWorker, type WorkerUnderTest } from "./support/worker-under-test.ts";

type Place = "owner" | "borrower";

const alivesAt = (masters: ForeignPeer, place: Place): readonly LogRecord[] =>
  masters.reports("alive").filter(({ at }) => at === place);

/** Starts an owner and a borrower of the class, and a worker of ours whose home is the owner. */
async function startLoan(
  processes: Processes,
  style: "pull" | "push",
  ...flags: readonly string[]
): Promise<{ readonly masters: ForeignPeer; readonly worker: WorkerUnderTest }> {
  const masters = await startClassMaster(processes, "lending", "--style", style, ...flags);
  return { masters, worker: startWorker(processes, masters.address, "--style", style, "--poll", "0.1") };
}

describe.skipIf(python === undefined)(
  "a worker of ours that a master of the class lends to another (needs python3)",
  {
    timeout: 90_000,
  },
  () => {
    describe.concurrent.each(["pull", "push"] as const)("that %s", (style) => {
      test("goes, works there in its owner's name, and comes home although it is told a wrong address", async ({
        processes,
      }) => {
        const { masters, worker } = await startLoan(processes, style, ...tasksFor("ana", "bia"));
        await resultFor(masters, "bia");
        await worker.logged({ event: "worker-moved", to: masters.address, why: "return" });
        // The owner hears of it again, in its own name.
        const moved = masters.stdout.lines.findIndex((line) => line.includes('"at": "borrower"'));
        await masters.report("alive", ({ at }) => at === "owner", moved);
        const owner = { WORKER: "ALIVE", WORKER_UUID: "ours" };
        for (const alive of alivesAt(masters, "owner")) expect(messageOf(alive)).toStrictEqual(owner);
        for (const alive of alivesAt(masters, "borrower")) {
          expect(messageOf(alive)).toStrictEqual({ ...owner, SERVER_UUID: masters.address });
        }
        expect(recorded(masters).map(([user, { SALDO }]) => [user, SALDO])).toStrictEqual([
          ["ana", 1_250.5],
          ["bia", 987],
        ]);
        for (const event of ["unexpected", "broken"]) expect(masters.reports(event)).toStrictEqual([]);
        for (const { line } of masters.reports("told")) expect(line).toMatch(/^[ -~]{1,1400}$/);
      });

      test("is not lent on by the borrower: it refuses, says so in its log, and still comes home", async ({
        processes,
      }) => {
        const { masters, worker } = await startLoan(processes, style, "--lend-on", ...tasksFor("ana"));
        await worker.logged({ event: "redirect-refused", code: "ERR_REDIRECT_NOT_HOME", to: "127.0.0.1:9" });
        await worker.logged({ event: "worker-moved", to: masters.address, why: "return" });
        expect(recorded(masters)).toHaveLength(1);
      });
    });

    test.skipIf(process.platform === "win32")(
      "is told to end while it is away, and leaves in good order",
      async ({ processes }) => {
        const { masters, worker } = await startLoan(processes, "pull", ...tasksFor("ana"));
        await masters.report("alive", ({ at }) => at === "borrower");
        worker.signal("SIGTERM");
        expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
        await worker.logged({ event: "worker-left", unacknowledged: 0 });
      },
    );
  },
);
