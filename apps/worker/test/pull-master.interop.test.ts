import {
  type ForeignProcess,
  freePort,
  type LogRecord,
  messageOf,
  ownLoopbackHost,
  python,
  test,
} from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { recorded, resultFor, startClassMaster, tasksFor } from "./support/class-masters.ts";
import { startWorker } from "./support/worker-under-test.ts";

const eager = ["--poll", "0.1"];

const ok = (SALDO: number): LogRecord => ({ STATUS: "OK", TASK: "QUERY", WORKER_UUID: "ours", SALDO });

/** What the worker said is short, in ASCII, one line at a time, and nothing but what the class knows. */
function expectPolite(master: ForeignProcess): void {
  for (const event of ["lost", "unexpected", "broken"]) expect(master.reports(event)).toStrictEqual([]);
  for (const { line } of master.reports("told")) {
    expect(line).toMatch(/^[ -~]+$/);
    expect(String(line).length).toBeLessThanOrEqual(1_400);
  }
}

describe.skipIf(python === undefined)(
  "at a master of the class for workers that pull (needs python3)",
  {
    timeout: 90_000,
  },
  () => {
    describe.concurrent("the worker", () => {
      test("does one task after the other, whatever its slots, and reports each on a connection of its own", async ({
        processes,
      }) => {
        const master = await startClassMaster(
          processes,
          "pull",
          ...tasksFor("ana", "bia"),
          "--json-task",
          '["ana", 1]',
        );
        startWorker(processes, master.address, ...eager, "--slots", "4");
        await resultFor(master, ["ana", 1]);

        const [ana, bia, odd] = recorded(master);
        expect([ana, bia]).toStrictEqual([
          ["ana", ok(1_250.5)],
          ["bia", ok(987)],
        ]);
        expect(odd).toStrictEqual([
          ["ana", 1],
          { STATUS: "NOK", TASK: "QUERY", WORKER_UUID: "ours", ERROR: expect.stringContaining("no such user") },
        ]);
        const order = master.stdout.lines.flatMap((line) => /"event": "(given|result)"/.exec(line)?.[1] ?? []);
        expect(order).toStrictEqual(["given", "result", "given", "result", "given", "result"]);
        const conns = [...master.reports("alive"), ...master.reports("result")].map(({ conn }) => conn);
        expect(new Set(conns).size).toBe(conns.length);
        expectPolite(master);
      });

      test("names itself, is nobody's but its master's, and listens nowhere", async ({ processes }) => {
        const master = await startClassMaster(processes, "pull");
        startWorker(processes, master.address, ...eager);
        const alive = messageOf(await master.report("alive"));
        expect(alive).toMatchObject({ WORKER: "ALIVE", WORKER_UUID: "ours" });
        for (const key of ["SERVER_UUID", "port"]) expect(alive).not.toHaveProperty(key);
      });

      test("with --style pull says nothing that the class does not know", async ({ processes }) => {
        const master = await startClassMaster(processes, "pull", ...tasksFor("ana"));
        startWorker(processes, master.address, ...eager, "--style", "pull");
        expect(messageOf(await resultFor(master, "ana"))).toStrictEqual(ok(1_250.5));
        await master.reportsPassed("alive", 2);
        for (const alive of master.reports("alive")) {
          expect(messageOf(alive)).toStrictEqual({ WORKER: "ALIVE", WORKER_UUID: "ours" });
        }
        expectPolite(master);
      });

      test("asks again and again while there is nothing to do", async ({ processes }) => {
        const master = await startClassMaster(processes, "pull");
        startWorker(processes, master.address, ...eager);
        await master.reportsPassed("alive", 5);
        expect(master.reports("given")).toStrictEqual([]);
        expectPolite(master);
      });

      test("does the same where connections stay open", async ({ processes }) => {
        const master = await startClassMaster(processes, "pull", "--keep-open", ...tasksFor("ana", "bia", "caio"));
        startWorker(processes, master.address, ...eager);
        await resultFor(master, "caio");
        expect(recorded(master)).toStrictEqual([
          ["ana", ok(1_250.5)],
          ["bia", ok(987)],
          ["caio", ok(42.99)],
        ]);
        expectPolite(master);
      });

      test("is served by one that dials listening workers, and is never dialled", async ({ processes }) => {
        const master = await startClassMaster(processes, "listening_pull", "--order-after", "1", ...tasksFor("ana"));
        startWorker(processes, master.address, ...eager);
        expect(messageOf(await resultFor(master, "ana"))).toStrictEqual(ok(1_250.5));
        await master.reportsPassed("alive", 3);
        expect(master.reports("ordered")).toStrictEqual([]);
        expectPolite(master);
      });

      test("shares the tasks with others: each is given once and reported once", async ({ processes }) => {
        const users = Array.from({ length: 30 }, (_, index) => ["ana", "bia", "caio"][index % 3] ?? "");
        const master = await startClassMaster(processes, "pull", ...tasksFor(...users));
        for (const id of ["w-1", "w-2"]) startWorker(processes, master.address, ...eager, "--id", id);
        await master.firstReports("result", 30);
        const saldos: Readonly<Record<string, number>> = { ana: 1_250.5, bia: 987, caio: 42.99 };
        for (const [user, message] of recorded(master)) {
          expect(message).toMatchObject({ STATUS: "OK", SALDO: saldos[String(user)] });
        }
        expectPolite(master);
      });

      test("finds its master again after it was gone, and goes on", async ({ processes }) => {
        const host = ownLoopbackHost();
        const place = ["--host", host, "--port", `${await freePort(host)}`];
        const first = await startClassMaster(processes, "pull", ...place, ...tasksFor("ana"));
        startWorker(processes, first.address, ...eager, "--host", host);
        const { conn: reportedOn } = await resultFor(first, "ana");
        // It asks for more once it has read the ACK.
        await first.report("alive", ({ conn }) => Number(conn) > Number(reportedOn));
        await first.kill();
        const second = await startClassMaster(processes, "pull", ...place, ...tasksFor("bia"));
        expect(messageOf(await resultFor(second, "bia"))).toStrictEqual(ok(987));
        expect(recorded(second)).toHaveLength(1);
      });

      test.skipIf(process.platform === "win32")("is told to end, and leaves in good order", async ({ processes }) => {
        const master = await startClassMaster(processes, "pull", ...tasksFor("ana"));
        const worker = startWorker(processes, master.address, ...eager);
        await resultFor(master, "ana");
        worker.signal("SIGTERM");
        expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
      });
    });
  },
);
