import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Loan } from "@mutirao/operator-api";
import { logged, type Processes, test } from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { followEvents } from "./support/event-follower.ts";
import { runMaster } from "./support/master-command.ts";
import { type Operator, operatorOf } from "./support/operator.ts";
import { newPlace, type Place } from "./support/places.ts";
import { until } from "./support/until.ts";
import { runWorkerCommand } from "./support/worker-under-test.ts";

vi.setConfig({ testTimeout: 120_000 });

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** What a clock is set to: how far ahead of the true time. */
const settings = [HOUR_MS, -HOUR_MS, 10 * YEAR_MS, -Date.now()] as const;

/** A wall clock that can be set, for a process that is started with these flags of Node. */
async function createClock(processes: Processes) {
  const file = join(await processes.newFolder(), "ahead");
  let aheadMs = 0;
  const set = (toMs: number): void => {
    aheadMs = toMs;
    writeFileSync(`${file}.new`, `${toMs}`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const preload = new URL("preloads/clock.ts", import.meta.url);
  preload.searchParams.set("ahead", file);
  /** Within a minute, by that clock, it is now. */
  const isNow = (time: string | null): boolean =>
    time !== null && Math.abs(Date.parse(time) - (Date.now() + aheadMs)) < 60_000;
  return { nodeFlags: ["--import", preload.href], set, isNow };
}

type Clock = Awaited<ReturnType<typeof createClock>>;

async function startMaster(processes: Processes, clock: Clock, place: Place, peer: Place, id: string) {
  const pulse = ["--interval", "0.2", "--timeout", "5"];
  const data = ["--data-dir", join(await processes.newFolder(), "data")];
  const flags = [...place.flags, "--id", id, "--peer", peer.address, ...pulse, ...data];
  const master = runMaster(processes, flags, clock.nodeFlags);
  await logged(master, { event: "http-listening" });
  return master;
}

/** The master tells everything by its clock as that stands now. */
async function tellsTime(operator: Operator, clock: Clock): Promise<void> {
  await until("a beat", operator.peers, ([peer]) => clock.isNow(peer?.lastSeenAt ?? null));
  await until("a worker", operator.workers, (all) => all.some(({ lastSeenAt }) => clock.isNow(lastSeenAt)));
}

/** What the master believes of its peer, of its workers, of the loan and of the task. */
async function beliefs(operator: Operator) {
  const { body } = await operator.call("GET", "/loans");
  return {
    peers: (await operator.peers()).map(({ id, status }) => [id, status]),
    workers: (await operator.workers()).map(({ id, status, running }) => [id, status, running]),
    loans: (body as unknown as readonly Loan[]).map(({ id, state, endedAt }) => [id, state, endedAt]),
  };
}

describe("a wall clock that is set while masters and a borrowed worker run", () => {
  test("changes no verdict, no lease and no time limit; times are told by it", async ({ processes }) => {
    const [here, there] = [await newPlace(), await newPlace()];
    const clocks = [await createClock(processes), await createClock(processes), await createClock(processes)] as const;
    const [hotClock, idleClock, workerClock] = clocks;
    const [hot, idle] = await Promise.all([
      startMaster(processes, hotClock, here, there, "hot"),
      startMaster(processes, idleClock, there, here, "idle"),
    ]);
    const [onHot, onIdle] = [operatorOf(here.flags), operatorOf(there.flags)];
    await Promise.all([
      logged(hot, { event: "peer-transitioned", peer: "idle", to: "ALIVE" }),
      logged(idle, { event: "peer-transitioned", peer: "hot", to: "ALIVE" }),
    ]);
    const farm = ["i1", "i2"].map((id) =>
      runWorkerCommand(processes, there.address, "hazards", workerClock.nodeFlags, "--id", id),
    );
    await Promise.all(["i1", "i2"].map((id) => logged(idle, { event: "worker-joined", worker: id })));
    const gate = join(await processes.newFolder(), "gate");
    const task = await onHot.submit({ type: "wait", payload: gate, timeoutMs: 600_000 });
    const { worker: guest } = await until(
      "a guest runs it",
      () => onHot.task(task),
      ({ state }) => state === "running",
    );
    await until("the owner knows", onIdle.workers, (all) =>
      all.some(({ id, status }) => id === guest && status === "LENT"),
    );
    const [before, beforeAtIdle] = [await beliefs(onHot), await beliefs(onIdle)];
    const events = [await followEvents(here.flags), await followEvents(there.flags)];

    for (const round of settings.keys()) {
      // No two of them agree.
      for (const [index, clock] of clocks.entries()) clock.set(settings[(round + index) % settings.length] ?? 0);
      await Promise.all([tellsTime(onHot, hotClock), tellsTime(onIdle, idleClock)]);
      expect([round, await beliefs(onHot), await beliefs(onIdle)]).toStrictEqual([round, before, beforeAtIdle]);
    }
    for (const { told } of events) {
      for (const kind of ["peer-transitioned", "worker-gone", "loan-changed", "stalled"]) {
        expect(told(kind)).toStrictEqual([]);
      }
    }
    expect(await onHot.task(task)).toMatchObject({ state: "running", attempts: 1, losses: 0 });

    // The master is in 1970, and what has a limit still comes to its end.
    const spin = await onHot.submit({ type: "spin", payload: null, timeoutMs: 300, maxAttempts: 1 });
    writeFileSync(gate, "");
    expect(await onHot.ended(task)).toMatchObject({ state: "done", attempts: 1, losses: 0, worker: guest });
    const stopped = await onHot.ended(spin);
    expect(stopped).toMatchObject({ state: "failed", error: { code: "ERR_TASK_TIMEOUT" } });
    expect(hotClock.isNow(stopped.endedAt)).toBe(true);
    await idle.kill();
    const missed = await logged(hot, { event: "peer-transitioned", peer: "idle", to: "TIMEOUT" });
    expect(hotClock.isNow(String(missed["time"]))).toBe(true);
    for (const { stderr } of farm) expect(stderr.lines.filter((line) => line.includes('"crashed"'))).toStrictEqual([]);
  });
});
