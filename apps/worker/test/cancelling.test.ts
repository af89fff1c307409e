import { describe, expect } from "vitest";
import { cancelled, nok, ok, timedOut } from "./support/outcomes.ts";
import { test } from "./support/runner-harness.ts";

describe.concurrent("a run that is cancelled", () => {
  test("is told, and may tidy up", async ({ runners }) => {
    const runner = await runners.start();
    const run = runner.start("end-when-told");
    await run.progressed();
    run.cancel();
    run.cancel();
    expect(await run.outcome).toStrictEqual(cancelled);
    expect(run.progress.map(({ note }) => note)).toStrictEqual(["waiting", "told"]);
    run.cancel();
    expect(await runner.run("echo", 1)).toStrictEqual(ok(1));
  });

  test("is made to end if it does not", async ({ folder, runners }) => {
    const runner = await runners.start();
    const gate = folder.file("never");
    const runs = [runner.start("wait-until", gate), runner.start("end-when-told")];
    await Promise.all(runs.map((run) => run.progressed()));
    const spinning = runner.start("spin");
    for (const run of [...runs, spinning]) run.cancel();
    for (const run of [...runs, spinning]) expect(await run.outcome).toStrictEqual(cancelled);
    expect(await runner.run("echo", 1)).toStrictEqual(ok(1));
  });

  test("is done if it comes to its end all the same", async ({ runners }) => {
    const runner = await runners.start();
    const run = runner.start("result-when-told");
    await run.progressed();
    run.cancel();
    expect(await run.outcome).toStrictEqual(ok("just in time"));
  });

  test("never begins if it was still waiting", async ({ folder, runners }) => {
    const runner = await runners.start({ slots: 1, processesMax: 1 });
    const gate = folder.file("gate");
    const first = runner.start("wait-until", gate);
    const second = runner.start("exit");
    await first.progressed();
    second.cancel();
    expect(await second.outcome).toStrictEqual(cancelled);
    folder.write("gate");
    expect(await first.outcome).toMatchObject({ isOk: true });
  });

  test("in the turn in which it was begun", async ({ runners }) => {
    const runner = await runners.start();
    const run = runner.start("spin");
    run.cancel();
    expect(await run.outcome).toStrictEqual(cancelled);
  });
});

describe.concurrent("a run that hits its time limit", () => {
  test("is told; what it then still does is late", async ({ runners }) => {
    const runner = await runners.start();
    const run = runner.start("result-when-told", null, 500);
    expect(await run.outcome).toStrictEqual(timedOut);
    const obedient = runner.start("end-when-told", null, 500);
    expect(await obedient.outcome).toStrictEqual(timedOut);
  });

  test("stays timed out if it is cancelled too", async ({ runners }) => {
    const runner = await runners.start();
    const run = runner.start("end-when-told", null, 300);
    await run.progressed(({ note }) => note === "told");
    run.cancel();
    expect(await run.outcome).toStrictEqual(timedOut);
  });
});

test("a type that there is no handler for fails", async ({ runners }) => {
  const runner = await runners.start();
  expect(await runner.run("unheard-of")).toStrictEqual(nok("ERR_TASK_CRASHED", /unheard-of/));
});
