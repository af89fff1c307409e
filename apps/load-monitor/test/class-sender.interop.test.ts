import { fileURLToPath } from "node:url";
import { python, runForeign, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { startMonitor } from "./support/monitor-under-test.ts";

const file = fileURLToPath(new URL("./senders/class_sender.py", import.meta.url));

describe.skipIf(python === undefined)("a master of another team (needs python3)", () => {
  test("is shown alike, wherever it places what it says", async ({ processes }) => {
    const monitor = await startMonitor(processes, "--history", "off");
    const { host, port } = monitor.at;
    const sender = runForeign(processes, "class sender", file, ["--monitor", `${host}:${port}`]);
    expect(await sender.exited).toMatchObject({ code: 0 });
    await eventually(async () => (await monitor.snapshot()).masters.length).toBe(9);
    const { masters, status } = await monitor.snapshot();
    expect(status).toMatchObject({ reports: 9, violations: 0 });
    for (const style of ["under", "root", "mixed"]) {
      for (const ending of ["line", "bare"]) {
        expect(masters.find(({ id }) => id === `${style}-${ending}`)).toMatchObject({
          ...{ isOurs: false, state: "SATURATED", isInferred: true, causes: ["backlog"], freshness: "fresh" },
          ...{ backlog: 7, backlogHigh: 6, backlogLow: null, running: 2 },
          workers: { total: 5, alive: 4, idle: 2, owned: 2, lent: 1, borrowed: 2, failed: 1, utilization: 0.5 },
          machine: { uptimeS: 3_600, cpuPercent: 12.5, memoryUsedMb: 8_000, diskFreeGb: 125 },
          peers: [
            { id: "SERVER_2", status: "ALIVE", lastSeenAt: expect.any(String) },
            { id: "SERVER_3", status: "TIMEOUT", lastSeenAt: null },
          ],
          clockSkewMs: expect.toSatisfy((ms: number) => Math.abs(ms) < 60_000),
        });
      }
    }
  });
});
