import { join } from "node:path";
import { entriesOf, type LogRecord, logged, type Processes, type RunningProcess, test } from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { runMaster } from "./support/master-command.ts";
import { type Operator, operatorOf } from "./support/operator.ts";
import { newPlace } from "./support/places.ts";
import { until } from "./support/until.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ testTimeout: 120_000 });

const RESTARTS = 20;
/** No outage is longer, however busy the machine. */
const patient = ["--interval", "0.2", "--timeout", "60"];

const records = (master: RunningProcess, meant: string): readonly LogRecord[] =>
  entriesOf(master, ({ event }) => event === meant);

/** Rejects if the process ends before. */
async function start(processes: Processes, flags: readonly string[]): Promise<RunningProcess> {
  const master = runMaster(processes, flags);
  await logged(master, { event: "http-listening" });
  return master;
}

/** When this life of the master began, in seconds. */
async function bornAt(operator: Operator): Promise<number> {
  const [, born] = /^process_start_time_seconds (\d+)$/m.exec(await operator.metrics()) ?? [];
  return Number(born);
}

/** Every second end is a crash; on Windows all are. Gives whether this one was. */
async function end(master: RunningProcess, life: number): Promise<boolean> {
  if (life % 2 === 0 || process.platform === "win32") {
    await master.kill();
    return true;
  }
  master.signal("SIGTERM");
  expect(await master.exited).toStrictEqual({ code: 0, signal: null });
  return false;
}

describe("a master that is restarted again and again", () => {
  test("finds its port free, is the same to its peer, which never misses it, and loses nothing", async ({
    processes,
  }) => {
    const [here, there] = [await newPlace(), await newPlace()];
    const dataDir = join(await processes.newFolder(), "data");
    const flags = [...here.flags, "--id", "m1", "--peer", there.address, ...patient, "--data-dir", dataDir];
    const operator = operatorOf(here.flags);
    const onPeer = operatorOf(there.flags);
    const peerFlags = [...there.flags, "--id", "m2", "--peer", here.address, ...patient, "--store", "memory"];
    const peer = await start(processes, peerFlags);
    const isMet = () =>
      until("they know each other", onPeer.peers, ([known]) => known?.id === "m1" && known.status === "ALIVE");
    let master = await start(processes, flags);
    const worker = startWorker(processes, here.address, "hazards", "--id", "w1");
    await isMet();
    const firstBorn = await bornAt(operator);
    const ids: string[] = [];
    for (let life = 1; life <= RESTARTS; life++) {
      ids.push(await operator.submit({ type: "echo", payload: life }));
      const { pid } = master;
      const isCrash = await end(master, life);
      master = await start(processes, flags);
      // Which life was cut off, and that none was that was not.
      const former = isCrash ? [{ former: expect.stringContaining(`process ${pid} on `) }] : [];
      expect(records(master, "taken-over")).toMatchObject(former);
    }
    expect(await bornAt(operator)).toBeGreaterThan(firstBorn);

    const tasks = await Promise.all(ids.map((id) => operator.ended(id)));
    expect(tasks.map(({ state, result }) => [state, result])).toStrictEqual(
      tasks.map((_, index) => ["done", index + 1]),
    );
    await isMet();
    expect(await onPeer.peers()).toMatchObject([{ id: "m1", host: here.host, port: here.port }]);
    expect(records(peer, "peer-transitioned")).toMatchObject([{ peer: "m1", from: "NEVER_SEEN", to: "ALIVE" }]);
    for (const event of ["id-shared", "peer-moved"]) expect(records(peer, event)).toStrictEqual([]);
    // One worker, as ever.
    expect(await operator.workers()).toMatchObject([{ id: "w1", status: "ALIVE" }]);
    expect(worker.stderr.lines.filter((line) => line.includes('"worker-left"'))).toStrictEqual([]);
  });
});
