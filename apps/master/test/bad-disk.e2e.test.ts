import { join } from "node:path";
import { canDisturbFlushes, disturbFlushes, type Processes, test } from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { startMasterAt } from "./support/master-under-test.ts";
import { operatorOf } from "./support/operator.ts";
import { newPlace } from "./support/places.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 2, testTimeout: 90_000 });

async function startOnDisk(processes: Processes, ...flags: readonly string[]) {
  const place = await newPlace();
  const dataDir = join(await processes.newFolder(), "data");
  const start = () => startMasterAt(processes, place.flags, "--data-dir", dataDir, "--id", "m1", ...flags);
  return { place, start, operator: operatorOf(place.flags), log: join(dataDir, "tasks.db-wal") };
}

describe.skipIf(!canDisturbFlushes()).concurrent("a bad disk (needs root on Linux, and strace)", () => {
  test("that fails to flush: never tried again and called durable, the master ends, and what was accepted is there", async ({
    processes,
  }) => {
    const { start, operator, log } = await startOnDisk(processes);
    const master = await start();
    const kept = await operator.submit({ type: "echo", payload: "kept" });
    await disturbFlushes(processes, { running: master, file: log, how: "error=EIO" });
    expect(await operator.call("POST", "/tasks", { type: "echo", payload: "refused" })).toMatchObject({
      status: 503,
      body: { code: "ERR_STORE_DOWN" },
    });
    await master.logged({ event: "store-failed", code: "ERR_STORE_FAILED" });
    expect(await master.exited).toStrictEqual({ code: 3, signal: null });
    await start();
    expect(await operator.task(kept)).toMatchObject({ state: "pending", payload: "kept" });
  });

  test("that is slow to flush: nothing is accepted or acknowledged before, and nothing else waits", async ({
    processes,
  }) => {
    const there = await newPlace();
    const beat = ["--interval", "0.3", "--timeout", "2"];
    const { place, start, operator, log } = await startOnDisk(processes, ...beat, "--peer", there.address);
    const master = await start();
    const peer = await startMasterAt(
      processes,
      there.flags,
      ...["--store", "memory", "--id", "m2", "--peer", place.address, ...beat],
    );
    await peer.logged({ event: "peer-transitioned", peer: "m1", to: "ALIVE" });
    startWorker(processes, place.address, "hazards", "--id", "w1");
    await master.logged({ event: "worker-joined", worker: "w1" });

    const strace = await disturbFlushes(processes, { running: master, file: log, how: "delay_enter=4s" });
    let isAccepted = false;
    const accepted = operator.submit({ id: "t", type: "echo", payload: "slowly" }).then((id) => {
      isAccepted = true;
      return id;
    });
    // Meanwhile whoever asks is answered, and does not see what may never come to be.
    for (let asked = 0; asked < 10; asked++) {
      expect((await operator.load()).running).toBe(0);
      expect(await operator.call("GET", "/healthz")).toMatchObject({ status: 200 });
    }
    expect(isAccepted).toBe(false);
    expect(await accepted).toBe("t");
    // Its result takes another flush.
    expect(await operator.ended("t")).toMatchObject({ state: "done", result: "slowly", losses: 0, worker: "w1" });
    await strace.kill();
    for (const { stderr } of [master, peer]) {
      expect(stderr.lines.filter((line) => line.includes('"to":"TIMEOUT"'))).toStrictEqual([]);
    }
    expect(master.stderr.lines.filter((line) => line.includes('"worker-gone"'))).toStrictEqual([]);
  });
});
