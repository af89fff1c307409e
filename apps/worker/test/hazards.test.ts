import { describe, expect } from "vitest";
import { nok, ok, timedOut } from "./support/outcomes.ts";
import { hasSignals, processGone, type RunnerUnderTest, test } from "./support/runner-harness.ts";

/** What a handler does to its process is over with its run. */
async function expectSound(runner: RunnerUnderTest): Promise<void> {
  expect(await Promise.all([1, 2, 3, 4, 5].map((n) => runner.run("echo", n)))).toStrictEqual([1, 2, 3, 4, 5].map(ok));
}

describe.concurrent("a handler that does not end is ended by its time limit", () => {
  test.for(["spin", "spin-later", "never"])("%s", async (type, { runners }) => {
    const runner = await runners.start();
    const stuck = runner.start(type, null, 200);
    // Nobody else notices.
    await expectSound(runner);
    expect(await stuck.outcome).toStrictEqual(timedOut);
    await expectSound(runner);
  });

  test.skipIf(!hasSignals)("with every process that it started (needs POSIX process groups)", async ({ runners }) => {
    const runner = await runners.start();
    const blocked = runner.start("blocked-with-child", null, 1_000);
    const { note } = await blocked.progressed();
    expect(await blocked.outcome).toStrictEqual(timedOut);
    await processGone(Number(note));
  });

  test("one in every slot: all are ended, and the next ones run", async ({ runners }) => {
    const runner = await runners.start();
    const stuck = [1, 2, 3, 4].map(() => runner.run("spin", null, 200));
    const next = [1, 2, 3, 4].map((n) => runner.run("echo", n));
    expect(await Promise.all(stuck)).toStrictEqual([timedOut, timedOut, timedOut, timedOut]);
    expect(await Promise.all(next)).toStrictEqual([1, 2, 3, 4].map(ok));
  });
});

describe.concurrent("a handler that ends its process costs its task", () => {
  test.for([
    ["exit", /process\.exit\(3\)/],
    ["exit-later", /process\.exit\(0\)/],
    ["kill-self", /SIGKILL/],
    ["abort-process", /abort/],
    ["reject-unheard", /rejected promise.*nobody listens/],
    ["throw-in-timer", /background: out of the blue/],
  ] as const)("%s", async ([type, message], { runners }) => {
    const runner = await runners.start();
    const crash = runner.run(type);
    await expectSound(runner);
    expect(await crash).toStrictEqual(nok("ERR_TASK_CRASHED", message));
    await expectSound(runner);
  });
});

describe("a handler that takes too much memory costs its task", () => {
  test.for(["fill-heap", "fill-heap-at-once", "fill-buffers"])("%s", async (type, { runners }) => {
    const runner = await runners.start({ memoryMaxMb: 64 });
    const crash = runner.run(type);
    await expectSound(runner);
    expect(await crash).toStrictEqual(nok("ERR_TASK_CRASHED", /memory/));
    await expectSound(runner);
  });

  test("a slow leak costs nobody anything: the process is replaced in time", async ({ runners }) => {
    const runner = await runners.start({ memoryMaxMb: 64, slots: 1, processesMax: 1 });
    const first = await runner.run("leak-a-little");
    let last = first;
    // It may take 320 MiB, and each run takes 4 of them.
    for (let run = 0; run < 100 && JSON.stringify(last) === JSON.stringify(first); run++) {
      last = await runner.run("leak-a-little");
      expect(last).toMatchObject({ isOk: true });
    }
    expect(last).not.toStrictEqual(first);
  });
});

describe.concurrent("what a handler leaves behind when it ends", () => {
  test.for(["leave-behind", "leave-exit-behind"])(
    "%s: the next run does not pay",
    async (type, { folder, runners }) => {
      const runner = await runners.start({ slots: 1, processesMax: 1 });
      const [trigger, gate] = [folder.file("trigger"), folder.file("gate")];
      expect(await runner.run(type, trigger)).toStrictEqual(ok(null));
      const next = runner.start("wait-until", gate);
      await next.progressed();
      folder.write("trigger");
      await runner.logged({ event: "handler-left-something" });
      folder.write("gate");
      expect(await next.outcome).toMatchObject({ isOk: true });
      await expectSound(runner);
    },
  );
});

describe.concurrent("a process that is held up by nobody's run", () => {
  test("by what a run left behind: the next runs go elsewhere, in time and unharmed", async ({ runners }) => {
    const runner = await runners.start({ slots: 2, processesMax: 2 });
    const first = await runner.run("leave-spinning");
    // It spins a millisecond after its end; the runs before that it may still do.
    let next = first;
    for (let run = 0; run < 1_000 && JSON.stringify(next) === JSON.stringify(first); run++) {
      next = await runner.run("pid", null, 5_000);
      expect(next).toMatchObject({ isOk: true });
    }
    expect(next).not.toStrictEqual(first);
    // It is ended in the end, or it would spin for ever.
    await processGone(first.isOk ? Number(first.output) : 0);
    await expectSound(runner);
  });

  test.skipIf(!hasSignals)(
    "because it is stopped: it is ended, and so is its run (POSIX signals)",
    async ({ runners }) => {
      const runner = await runners.start();
      const stopped = runner.run("stop-self");
      await expectSound(runner);
      expect(await stopped).toStrictEqual(nok("ERR_TASK_CRASHED", /did not answer/));
    },
  );
});

describe.concurrent("what handlers print", () => {
  test("is in the log, made safe, with the stream and the task type", async ({ runners }) => {
    const runner = await runners.start();
    expect(await runner.run("print")).toStrictEqual(ok(null));
    for (const [stream, msg] of [
      ["stdout", "to stdout"],
      ["stdout", "to fd 1"],
      ["stderr", "to \\u001b[31mstderr"],
    ]) {
      expect(await runner.logged({ event: "handler-output", stream, msg })).toMatchObject({ level: 30 });
    }
  });

  test("is rationed, and costs neither the task nor the others", async ({ runners }) => {
    const runner = await runners.start();
    const flood = runner.run("flood");
    await expectSound(runner);
    expect(await flood).toStrictEqual(ok(null));
    await runner.stop();
    const printed = runner.log.filter(({ event }) => event === "handler-output");
    const leftOut = printed.reduce((sum, entry) => sum + Number(entry["leftOut"] ?? 0), 0);
    expect(printed.length).toBeLessThan(2_000);
    expect(leftOut).toBeGreaterThan(printed.length);
  });
});

test("progress is passed on within its bounds, ten times a second at most", async ({ folder, runners }) => {
  const runner = await runners.start();
  const gate = folder.file("gate");
  const run = runner.start("progress", gate);
  expect(await run.progressed()).toStrictEqual({ fraction: 0, note: "far below" });
  await expect
    .poll(() => run.progress.at(-1), { timeout: 20_000 })
    .toStrictEqual({ fraction: 1, note: "n".repeat(128) });
  folder.write("gate");
  expect(await run.outcome).toStrictEqual(ok(null));
  // One for each tenth of a second that the 20,000 took, whatever the machine.
  expect(run.progress.length).toBeLessThan(200);
});
