import { type ForeignProcess, freePort, messageOf, ownLoopbackHost, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { pushAddress, recorded, resultFor, startClassMaster, tasksFor } from "./support/class-masters.ts";
import { startWorker } from "./support/worker-under-test.ts";

const push = ["--style", "push"];

/** The worker said one line at a time, each with its name, and nothing that this master did not wait for. */
function expectPolite(master: ForeignProcess): void {
  for (const event of ["lost", "unexpected", "noise", "broken"]) expect(master.reports(event)).toStrictEqual([]);
  for (const { line } of master.reports("told")) expect(line).toMatch(/^[ -~]{1,1400}$/);
}

describe.skipIf(python === undefined)(
  "at a master of the class that pushes (needs python3)",
  {
    timeout: 90_000,
  },
  () => {
    describe.concurrent("the worker", () => {
      test("presents itself once, does what comes, and answers KEEPALIVE, on one connection", async ({ processes }) => {
        const tasks = [...tasksFor("ana", "nobody", "bia"), "--json-task", '{"name": "ana"}'];
        const master = await startClassMaster(processes, "push", "--keep-alive", "0.1", ...tasks);
        startWorker(processes, pushAddress(master), ...push, "--slots", "4");
        await master.reportsPassed("pong", 5);

        const told = { TASK: "QUERY", WORKER_UUID: "ours" };
        expect(recorded(master)).toStrictEqual([
          ["ana", { STATUS: "OK", ...told, SALDO: 1_250.5 }],
          ["nobody", { STATUS: "NOK", ...told, ERROR: expect.stringContaining("no such user") }],
          ["bia", { STATUS: "OK", ...told, SALDO: 987 }],
          [{ name: "ana" }, { STATUS: "NOK", ...told, ERROR: expect.stringContaining("no such user") }],
        ]);
        expect(messageOf(await master.report("alive"))).toStrictEqual({ WORKER: "ALIVE", WORKER_UUID: "ours" });
        for (const pong of master.reports("pong")) {
          expect(messageOf(pong)).toStrictEqual({ STATUS: "PONG", WORKER_UUID: "ours" });
        }
        expect(master.reports("alive")).toHaveLength(1);
        expect(master.reports("accepted")).toHaveLength(1);
        expectPolite(master);
      });

      test("does what comes early in its turn, and does not answer what is not for it, such as ACK", async ({
        processes,
      }) => {
        const flags = ["--mode", "two-at-once", ...tasksFor("ana", "bia")];
        const master = await startClassMaster(processes, "rude", ...flags);
        const worker = startWorker(processes, master.address, ...push);
        await resultFor(master, "bia");
        expect(recorded(master).map(([user, { SALDO }]) => [user, SALDO])).toStrictEqual([
          ["ana", 1_250.5],
          ["bia", 987],
        ]);
        worker.signal("SIGTERM");
        await worker.exited;
        // By now whatever it had to say to the two ACKs has been said.
        await master.report("told", ({ line }) => String(line).includes("987"));
        expect(master.reports("told")).toHaveLength(3);
        for (const event of ["unexpected", "noise"]) expect(master.reports(event)).toStrictEqual([]);
      });

      test("finds its master again after it was gone, and goes on", async ({ processes }) => {
        const host = ownLoopbackHost();
        const place = ["--host", host, "--port", `${await freePort(host)}`];
        const first = await startClassMaster(processes, "push", ...place, ...tasksFor("ana"));
        startWorker(processes, pushAddress(first), ...push, "--host", host);
        await resultFor(first, "ana");
        await first.kill();
        const second = await startClassMaster(processes, "push", ...place, ...tasksFor("bia"));
        expect(messageOf(await resultFor(second, "bia"))).toMatchObject({ STATUS: "OK", SALDO: 987 });
        expectPolite(second);
      });

      test.skipIf(process.platform === "win32")("is told to end, and leaves in good order", async ({ processes }) => {
        const master = await startClassMaster(processes, "push", "--keep-alive", "0.1", ...tasksFor("ana"));
        const worker = startWorker(processes, pushAddress(master), ...push);
        await master.report("pong");
        worker.signal("SIGTERM");
        expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
        await master.report("gone");
        expectPolite(master);
      });
    });
  },
);
