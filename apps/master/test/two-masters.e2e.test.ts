import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Loan } from "@mutirao/operator-api";
import { type Processes, test } from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { runCli } from "./support/cli.ts";
import { startMasterAt } from "./support/master-under-test.ts";
import { type Operator, operatorOf } from "./support/operator.ts";
import { newPlace } from "./support/places.ts";
import { until } from "./support/until.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 2, testTimeout: 120_000 });

/** Two masters that name each other as peers, and nothing more. */
async function startPair(processes: Processes) {
  const [here, there] = [await newPlace(), await newPlace()];
  const [ownFolder, otherFolder] = [await processes.newFolder(), await processes.newFolder()];
  const flags = ["--interval", "0.5", "--timeout", "5"];
  const start = (place: typeof here, peer: typeof here, id: string, folder: string) =>
    startMasterAt(processes, place.flags, ...["--id", id, "--peer", peer.address, ...flags, "--data-dir", folder]);
  const [hot, idle] = await Promise.all([
    start(here, there, "hot", ownFolder),
    start(there, here, "idle", otherFolder),
  ]);
  await hot.logged({ event: "peer-transitioned", peer: "idle", to: "ALIVE" });
  await idle.logged({ event: "peer-transitioned", peer: "hot", to: "ALIVE" });
  const startFarm = async (master: typeof hot, handlers: "counting" | "hazards", ...ids: readonly string[]) => {
    for (const id of ids) startWorker(processes, master.address, handlers, "--id", id);
    await Promise.all(ids.map((worker) => master.logged({ event: "worker-joined", worker })));
  };
  const restart = () => start(here, there, "hot", ownFolder);
  const restartIdle = () => start(there, here, "idle", otherFolder);
  return {
    here,
    there,
    hot,
    idle,
    restart,
    restartIdle,
    startFarm,
    onHot: operatorOf(here.flags),
    onIdle: operatorOf(there.flags),
  };
}

const loansAt = async (operator: Operator, query = ""): Promise<readonly Loan[]> => {
  const { body } = await operator.call("GET", `/loans${query}`);
  return body as unknown as readonly Loan[];
};

/** Nobody is away, as far as this master knows. */
async function allHome(operator: Operator, ids: readonly string[]) {
  await until(
    "no loan is open",
    () => loansAt(operator),
    (loans) => loans.every(({ endedAt }) => endedAt !== null),
  );
  const workers = await until(
    "its workers are home",
    operator.workers,
    (all) => all.filter(({ status, borrowed }) => status === "ALIVE" && !borrowed).length === ids.length,
  );
  expect(
    workers
      .filter(({ borrowed }) => !borrowed)
      .map(({ id }) => id)
      .toSorted(),
  ).toStrictEqual([...ids].toSorted());
}

describe.concurrent("two masters with two workers each", () => {
  test("a burst on one is worked off by both farms, and everybody is home again", async ({ processes }) => {
    const { here, there, hot, idle, restart, startFarm, onHot, onIdle } = await startPair(processes);
    await startFarm(hot, "counting", "h1", "h2");
    await startFarm(idle, "counting", "i1", "i2");
    const folder = await processes.newFolder();
    const orders = Array.from({ length: 60 }, (_, n) => ({ type: "count", payload: { n, ms: 100, folder } }));
    const accepted = await onHot.submitAll(orders);
    const tasks = await Promise.all(accepted.map(({ id }) => onHot.ended(id ?? "")));
    expect(tasks.filter(({ state }) => state !== "done")).toStrictEqual([]);
    const byGuests = tasks.filter(({ worker }) => worker === "i1" || worker === "i2");
    expect(byGuests.length).toBeGreaterThan(0);

    await allHome(onIdle, ["i1", "i2"]);
    await allHome(onHot, ["h1", "h2"]);
    const [borrowed, lent] = [await loansAt(onHot, "?direction=in"), await loansAt(onIdle, "?direction=out")];
    expect(borrowed.reduce((sum, { tasksDone }) => sum + (tasksDone ?? 0), 0)).toBe(byGuests.length);
    for (const loan of borrowed) expect(loan).toMatchObject({ owner: "idle", borrower: "hot", state: "left" });
    for (const loan of lent) expect(loan).toMatchObject({ owner: "idle", borrower: "hot", state: "home" });
    // Both sides know each loan by the same id.
    expect(new Set(borrowed.map(({ id }) => id))).toStrictEqual(new Set(lent.map(({ id }) => id)));

    const first = borrowed.at(-1);
    const why = await runCli(processes, "why", "loan", first?.id ?? "", "--http", here.http);
    expect(why.stdout).toMatch(/^It is over: worker i[12] of .+ was gone: .+\.$/m);
    expect(why.stdout).toMatch(/meant a wait of .+, above the trigger of .+\.$/m);
    expect(why.stdout).toMatch(/ was asked for \d+ workers?, since the wait of .+ was above the trigger of .+\.$/m);
    expect(why.stdout).toMatch(/ promised i[12]/m);
    expect(why.stdout).toMatch(/was here and given tasks/m);
    const whyTask = await runCli(processes, "why", "task", byGuests[0]?.id ?? "", "--http", here.http);
    expect(whyTask.stdout).toMatch(/is done: i[12], borrowed from .+ \(loan i[12]@\d+\) had it/);
    const whyLent = await runCli(processes, "why", "loan", lent.at(-1)?.id ?? "", "--http", there.http);
    expect(whyLent.stdout).toMatch(/ asked for \d+ workers? for its \d+ waiting tasks?/m);
    // The journal outlives the process.
    await hot.kill();
    await restart();
    const later = await runCli(processes, "why", "loan", first?.id ?? "", "--http", here.http);
    expect(later).toMatchObject({ code: 0, stdout: why.stdout });
    const table = await runCli(processes, "loans", "--http", there.http);
    expect(table.stdout.split("\n")[1]).toMatch(/^i[12]@\d+ +out +home +idle +hot +/);
  });

  test("what is ordered by hand: a worker goes, finds nothing to do, and comes home", async ({ processes }) => {
    const { there, idle, startFarm, onIdle } = await startPair(processes);
    await startFarm(idle, "hazards", "i1");
    const run = (...args: readonly string[]) => runCli(processes, ...args, "--http", there.http);
    expect(await run("lend", "--peer", "hot")).toMatchObject({ code: 0, stdout: "lent: i1@1" });
    await allHome(onIdle, ["i1"]);
    expect(await loansAt(onIdle)).toMatchObject([{ id: "i1@1", state: "home" }]);
    expect(JSON.parse((await run("reclaim", "--all", "--json")).stdout)).toStrictEqual({ loans: [] });
    const borrowed = await run("borrow", "--workers", "1");
    expect(borrowed).toMatchObject({ code: 0, stdout: expect.stringMatching(/ is asked for 1 worker$/) });
    const unknown = await run("lend", "--peer", "nobody");
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr.join("\n")).toContain("ERR_PEER_UNKNOWN");
  });
});

describe.skipIf(process.platform === "win32").concurrent("a borrower at work (needs POSIX signals)", () => {
  /** A master without workers, whose one task a borrowed worker runs. */
  async function startBorrower(processes: Processes) {
    const pair = await startPair(processes);
    await pair.startFarm(pair.idle, "hazards", "i1");
    const gate = join(await processes.newFolder(), "gate");
    const id = await pair.onHot.submit({ type: "wait", payload: gate });
    await until(
      "a guest runs it",
      () => pair.onHot.task(id),
      ({ state, worker }) => state === "running" && worker === "i1",
    );
    return { ...pair, gate, id };
  }

  test("SIGTERM: the guest finishes and goes home, and then it ends in good order", async ({ processes }) => {
    const { hot, onHot, onIdle, gate, id, restart } = await startBorrower(processes);
    hot.signal("SIGTERM");
    await hot.logged({ event: "draining" });
    const refused = await onHot.call("POST", "/tasks", { type: "echo", payload: 1 });
    expect(refused).toMatchObject({ status: 503, body: { code: "ERR_MASTER_DRAINING" } });
    expect(refused.retryAfter).toBe("5");
    writeFileSync(gate, "");
    expect(await onHot.ended(id)).toMatchObject({ state: "done", attempts: 1, worker: "i1" });
    expect(await hot.exited).toStrictEqual({ code: 0, signal: null });
    await allHome(onIdle, ["i1"]);
    const next = await restart();
    expect(next.stderr.lines.filter((line) => line.includes('"taken-over"'))).toStrictEqual([]);
    expect(await onHot.task(id)).toMatchObject({ state: "done", attempts: 1 });
  });

  test("SIGTERM of the owner: it ends at once, the guest works on, and comes home to its next start", async ({
    processes,
  }) => {
    const { idle, onHot, onIdle, gate, id, restartIdle } = await startBorrower(processes);
    idle.signal("SIGTERM");
    expect(await idle.exited).toStrictEqual({ code: 0, signal: null });
    writeFileSync(gate, "");
    expect(await onHot.ended(id)).toMatchObject({ state: "done", attempts: 1, losses: 0, worker: "i1" });
    const next = await restartIdle();
    expect(next.stderr.lines.filter((line) => line.includes('"taken-over"'))).toStrictEqual([]);
    await allHome(onIdle, ["i1"]);
  });

  test("reclaim in the middle of a task: the guest finishes it, which is its one attempt, and goes home", async ({
    processes,
  }) => {
    const { here, there, onHot, onIdle, gate, id } = await startBorrower(processes);
    const reclaim = await runCli(processes, "reclaim", "--all", "--json", "--http", there.http);
    expect(JSON.parse(reclaim.stdout)).toStrictEqual({ loans: ["i1@1"] });
    expect(await onHot.task(id)).toMatchObject({ state: "running", worker: "i1" });
    writeFileSync(gate, "");
    expect(await onHot.ended(id)).toMatchObject({ state: "done", attempts: 1, losses: 0, failures: 0, worker: "i1" });
    await allHome(onIdle, ["i1"]);
    const why = await runCli(processes, "why", "loan", "i1@1", "--http", here.http);
    expect(why.stdout).toContain("its owner wants it back");
  });

  test("SIGTERM twice: it waits for nobody, and says so by its exit code", async ({ processes }) => {
    const { hot } = await startBorrower(processes);
    hot.signal("SIGTERM");
    await hot.logged({ event: "draining" });
    hot.signal("SIGTERM");
    expect(await hot.exited).toStrictEqual({ code: 1, signal: null });
  });

  test("drain: it ends by itself once its task is done and its guest has gone", async ({ processes }) => {
    const { here, hot, onIdle, gate } = await startBorrower(processes);
    const drain = await runCli(processes, "drain", "--timeout", "60", "--http", here.http);
    expect(drain).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^draining: .+ after 60 s at the latest$/),
    });
    writeFileSync(gate, "");
    expect(await hot.exited).toStrictEqual({ code: 0, signal: null });
    await allHome(onIdle, ["i1"]);
  });
});
