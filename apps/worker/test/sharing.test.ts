import type { AttemptOutcome } from "@mutirao/protocol";
import { describe, expect } from "vitest";
import { nok, ok, timedOut } from "./support/outcomes.ts";
import { type RunnerUnderTest, test } from "./support/runner-harness.ts";

const shared = { slots: 4, processesMax: 1 };
const outputOf = (outcome: AttemptOutcome): unknown => (outcome.isOk ? JSON.parse(outcome.output) : outcome);

/** Starts runs that wait for a file, and resolves when they do. */
async function startWaiting(runner: RunnerUnderTest, gate: string, count: number) {
  const runs = Array.from({ length: count }, () => runner.start("wait-until", gate));
  const first = await Promise.all(runs.map((run) => run.progressed()));
  return { runs, pids: first.map(({ note }) => Number(note)) };
}

describe.concurrent("runs that share a process", () => {
  test("run at the same time if they wait for something", async ({ runners }) => {
    const runner = await runners.start({ slots: 8, processesMax: 1 });
    const runs = Array.from({ length: 8 }, () => runner.run("together", 8));
    for (const run of runs) expect(await run).toStrictEqual(ok(8));
  });

  test("are spread over the processes there are", async ({ folder, runners }) => {
    const runner = await runners.start({ slots: 4, processesMax: 2 });
    const { runs, pids } = await startWaiting(runner, folder.file("gate"), 4);
    expect(new Set(pids).size).toBe(2);
    folder.write("gate");
    for (const run of runs) expect(await run.outcome).toMatchObject({ isOk: true });
  });

  test("do not wait behind one that holds the process up, if there is another process", async ({ folder, runners }) => {
    const runner = await runners.start({ slots: 8, processesMax: 2 });
    const hog = runner.start("spin-until", folder.file("gate"));
    const others = Array.from({ length: 7 }, (_, n) => runner.run("echo", n));
    // All of them, though half were given to the process that spins.
    expect(await Promise.all(others)).toStrictEqual([0, 1, 2, 3, 4, 5, 6].map(ok));
    expect(hog.hasEnded()).toBe(false);
    folder.write("gate");
    expect(await hog.outcome).toStrictEqual(ok(null));
  });

  test("have all their time, however long they waited behind one that spins", async ({ runners }) => {
    const runner = await runners.start(shared);
    const spinning = runner.start("spin", null, 1_500);
    const others = [1, 2, 3].map((n) => runner.run("echo", n, 1_000));
    expect(await spinning.outcome).toStrictEqual(timedOut);
    expect(await Promise.all(others)).toStrictEqual([1, 2, 3].map(ok));
  });

  test("are not disturbed when one of them hangs", async ({ folder, runners }) => {
    const runner = await runners.start(shared);
    const { runs, pids } = await startWaiting(runner, folder.file("gate"), 2);
    expect(await runner.run("never", null, 200)).toStrictEqual(timedOut);
    // The process has a run in it that nobody can end: it gets nothing new.
    expect(outputOf(await runner.run("pid"))).not.toBe(pids[0]);
    folder.write("gate");
    for (const [index, run] of runs.entries()) expect(outputOf(await run.outcome)).toBe(pids[index]);
  });

  test("run again when one of them spins and must be ended", async ({ folder, runners }) => {
    const runner = await runners.start(shared);
    const { runs, pids } = await startWaiting(runner, folder.file("gate"), 2);
    expect(await runner.run("spin", null, 200)).toStrictEqual(timedOut);
    folder.write("gate");
    for (const [index, run] of runs.entries()) {
      expect(outputOf(await run.outcome)).toBeTypeOf("number");
      expect(outputOf(await run.outcome)).not.toBe(pids[index]);
    }
  });

  test.for([
    ["exit", /process\.exit/],
    ["exit-later", /process\.exit/],
    ["throw-in-timer", /out of the blue/],
    ["reject-unheard", /nobody listens/],
  ] as const)("%s: the others end well, and the right one is blamed", async ([type, message], { folder, runners }) => {
    const runner = await runners.start(shared);
    const { runs } = await startWaiting(runner, folder.file("gate"), 3);
    const crash = runner.run(type);
    expect(await crash).toStrictEqual(nok("ERR_TASK_CRASHED", message));
    folder.write("gate");
    for (const run of runs) expect(await run.outcome).toMatchObject({ isOk: true });
    expect(await runner.run("echo", 1)).toStrictEqual(ok(1));
  });

  test("run again, each alone, if nobody knows which of them ended the process", async ({ folder, runners }) => {
    const runner = await runners.start(shared);
    const { runs } = await startWaiting(runner, folder.file("gate"), 3);
    const crash = runner.run("kill-self");
    await runner.logged({ event: "handler-process-ended" });
    folder.write("gate");
    expect(await crash).toStrictEqual(nok("ERR_TASK_CRASHED", /SIGKILL/));
    for (const run of runs) expect(await run.outcome).toMatchObject({ isOk: true });
    expect(await runner.run("echo", 1)).toStrictEqual(ok(1));
  });

  test("a run that is cancelled while it waits behind one that spins", async ({ folder, runners }) => {
    const runner = await runners.start(shared);
    const hog = runner.start("spin-until", folder.file("gate"));
    const waiting = runner.start("exit");
    const other = runner.start("echo", 1);
    waiting.cancel();
    expect(await waiting.outcome).toStrictEqual(nok("ERR_TASK_CANCELLED", /cancelled/));
    folder.write("gate");
    expect(await hog.outcome).toMatchObject({ isOk: true });
    expect(await other.outcome).toStrictEqual(ok(1));
  });
});
