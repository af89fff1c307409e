import { seconds } from "@mutirao/primitives";
import { decodeLine, type PerformanceReport, SESSION_LINE_MAX_BYTES } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { createTown, endpointOf } from "./support/town.ts";

const figures = {
  system: {
    ...{ uptimeS: 1, loadAverage1m: 1, loadAverage5m: 1, cpuPercent: 1, cpusLogical: 1, cpusPhysical: 1 },
    ...{ memoryTotalMb: 1, memoryAvailableMb: 1, memoryPercent: 1, memoryUsedMb: 1 },
    ...{ diskTotalGb: 1, diskFreeGb: 1, diskPercent: 1 },
  },
  ...{ lagMs: seconds(0), processCpu: 0.1, rssMb: 50 },
};

/** m1 and m2 are peers with a worker each, and report to a supervisor every second. */
function reportingPair() {
  const town = createTown();
  town.master("supervisor", []);
  const reporting = { monitor: endpointOf("supervisor"), monitorIntervalMs: seconds(1) };
  const m1 = town.master("m1", ["m2"], reporting);
  const m2 = town.master("m2", ["m1"], reporting);
  for (const master of [m1, m2]) master.handle({ type: "host-measured", figures, wallOffsetMs: 1_000_000 });
  const w1 = town.worker("w1", "m1");
  const w2 = town.worker("w2", "m2");
  town.passTo(4.5);
  const lastLine = (from: string): string =>
    town.said.findLast((saying) => saying.from === from && saying.to === "supervisor")?.line ?? "";
  const lastReport = (from: string) => {
    const decoded = decodeLine(lastLine(from));
    return ("message" in decoded ? decoded.message : undefined) as PerformanceReport;
  };
  return { town, m1, m2, w1, w2, lastLine, lastReport };
}

describe("a load report of ours", () => {
  test("tells of a loan from both sides, by one id, and of where the worker is", () => {
    const { town, m1, m2, lastReport } = reportingPair();
    m1.submits("a", "b", "c", "d");
    town.passTo(6.5);
    expect(m2.loans()).toEqual(["out w2@1 lent"]);
    const [borrowers, lenders] = [lastReport("m1").extension, lastReport("m2").extension];
    const loan = { id: "w2@1", worker: "w2", lender: "m2", borrower: "m1" };
    expect(borrowers?.loans).toEqual([{ ...loan, state: "held", endsAt: expect.any(Number) }]);
    expect(lenders?.loans).toEqual([{ ...loan, state: "lent", endsAt: expect.any(Number) }]);
    expect(borrowers?.workers).toMatchObject([
      { id: "w1", status: "ALIVE", owner: undefined },
      { id: "w2", status: "ALIVE", owner: "m2", busy: 1 },
    ]);
    expect(lenders?.workers).toMatchObject([{ id: "w2", status: "LENT", owner: undefined }]);
    expect(borrowers?.figures).toMatchObject({ workersOwned: 1, workersLent: 0, workersBorrowed: 1, workersIdle: 0 });
    expect(lenders?.figures).toMatchObject({ workersOwned: 0, workersLent: 1, workersBorrowed: 0, workersIdle: 0 });
  });

  test("tells of a loan no more once it is over, and counts the worker at home", () => {
    const { town, m1, w1, w2, lastReport } = reportingPair();
    m1.submits("a", "b", "c", "d");
    town.passTo(6.5);
    for (let round = 0; round < 4; round++) for (const worker of [w1, w2]) worker.finishes();
    town.passTo(30.5);
    expect([lastReport("m1"), lastReport("m2")].map((report) => report.extension?.loans)).toEqual([[], []]);
    expect(lastReport("m2").extension?.figures).toMatchObject({ workersOwned: 1, workersLent: 0, workersIdle: 1 });
    expect(lastReport("m1").extension?.workers).toMatchObject([{ id: "w1" }]);
  });

  test("has what was told about lending, numbered and in order", () => {
    const { town, m1, lastReport } = reportingPair();
    m1.submits("a", "b", "c", "d");
    town.passTo(6.5);
    const notices = lastReport("m1").extension?.notices ?? [];
    expect(notices.map(({ n }) => n)).toEqual(notices.map((_, index) => index + 1));
    expect(notices).toContainEqual({
      n: expect.any(Number),
      at: expect.any(Number),
      kind: "borrow-answered",
      data: { peer: "127.0.2.1:9101", asked: expect.any(Number), workers: ["w2"] },
    });
    expect(new Set(notices.map(({ kind }) => kind))).toEqual(
      new Set(["borrow-weighed", "borrow-asked", "borrow-answered", "loan-changed", "line-exchanged"]),
    );
  });

  test("keeps within its line, whatever strangers say: of the notices the latest are told", () => {
    const { town, lastLine, lastReport } = reportingPair();
    const workers = Array.from({ length: 500 }, (_, index) => `worker-of-somebody-else-${index}`);
    for (let count = 0; count < 200; count++) {
      town.forges("m1", "10.9.9.9", { SERVER_UUID: "x", TASK: "COMMAND_RELEASE", WORKERS_UUID: workers });
    }
    town.passTo(6.5);
    const notices = lastReport("m1").extension?.notices ?? [];
    // What they said, that it was refused, and what they were answered.
    expect(notices.slice(-3).map(({ n, kind }) => `${n} ${kind}`)).toEqual([
      ...["598 line-exchanged", "599 order-refused", "600 line-exchanged"],
    ]);
    expect(notices.length).toBeLessThan(65);
    expect(lastLine("m1").length).toBeLessThan(SESSION_LINE_MAX_BYTES);
  });

  test("says how long the tasks waited that were given out since the one before", () => {
    const { town, m1, w1, lastReport } = reportingPair();
    town.cut("m1", "m2");
    m1.submits("a");
    town.passTo(5.5);
    expect(lastReport("m1").extension?.figures).toMatchObject({ waitP50Ms: 0, waitP99Ms: 0, throughputPerS: 0 });
    m1.submits("b");
    town.passTo(6.25);
    w1.finishes();
    town.passTo(7.5);
    expect(lastReport("m1").extension?.figures).toMatchObject({ waitP50Ms: 750, waitP99Ms: 750, throughputPerS: 1 });
    town.passTo(8.5);
    expect(lastReport("m1").extension?.figures).not.toHaveProperty("waitP50Ms");
  });

  test("of a guest that does not go when it is told says so, once as a notice, and of its loan for as long", () => {
    const { town, m1, lastReport } = reportingPair();
    m1.submits("a");
    // A worker of the class that listens nowhere near, and says that it is m2's.
    const alive = { WORKER: "ALIVE", WORKER_UUID: "w9", SERVER_UUID: "m2", port: 7_000 };
    for (let second = 5; second <= 40; second++) {
      town.forges("m1", "10.9.9.9", alive);
      town.passTo(second + 0.5);
    }
    const { loans, notices } = lastReport("m1").extension ?? {};
    const told = notices?.filter(({ kind }) => kind === "guest-unreturnable");
    expect(told).toMatchObject([{ data: { worker: "w9", peer: "127.0.2.1:9101" } }]);
    expect(loans).toMatchObject([{ worker: "w9", lender: "m2", borrower: "m1", state: "unreturnable" }]);
  });
});
