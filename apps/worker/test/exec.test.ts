import { describe, expect } from "vitest";
import { cancelled, nok, ok, timedOut } from "./support/outcomes.ts";
import { hasSignals, processGone, type Runners, type RunnerUnderTest, test } from "./support/runner-harness.ts";

/** A worker with one program, in JavaScript, and nothing else. */
function withProgram(runners: Runners, source: string): Promise<RunnerUnderTest> {
  const argv = [process.execPath, "--input-type=module", "-e", source] as const;
  return runners.start({ handlers: [], commands: [{ type: "QUERY", argv }] });
}

const READ = "const input = JSON.parse(await new Response(process.stdin).text());";
const STAY = "setInterval(() => {}, 1000);";

describe.concurrent("a program that does tasks", () => {
  test("reads a line of JSON, and prints one", async ({ runners }) => {
    const runner = await withProgram(runners, `${READ} console.log(JSON.stringify({ got: input, pid: process.pid }));`);
    expect(runner.types).toStrictEqual(["QUERY"]);
    const payloads = [{ text: "ä\u2028€" }, [1, [2]], null, "x".repeat(30_000)];
    const outcomes = await Promise.all(payloads.map((payload) => runner.run("QUERY", payload)));
    const outputs = outcomes.map((outcome) => (outcome.isOk ? JSON.parse(outcome.output) : outcome));
    expect(outputs.map(({ got }) => got)).toStrictEqual(payloads);
    expect(new Set(outputs.map(({ pid }) => pid)).size).toBe(payloads.length);
  });

  test.for([
    ["blank lines around it, CRLF", String.raw`process.stdout.write("\r\n  {\"a\": 1}\r\n\n")`, ok({ a: 1 })],
    ["no line end", "process.stdout.write('[1]')", ok([1])],
    ["letters outside ASCII", "console.log(JSON.stringify('ä€'))", ok("ä€")],
    ["nothing", "", nok("ERR_TASK_OUTPUT_INVALID", /printed nothing/)],
    ["two lines", "console.log(1); console.log(2)", nok("ERR_TASK_OUTPUT_INVALID", /printed 2 lines/)],
    ["rubbish", String.raw`console.log("{\u0007")`, nok("ERR_TASK_OUTPUT_INVALID", /is not JSON: \{\\u0007/)],
    ["too deep", "console.log('['.repeat(40) + ']'.repeat(40))", nok("ERR_TASK_OUTPUT_INVALID", /deeper/)],
    ["too much", `console.log('"' + 'x'.repeat(40_000) + '"')`, nok("ERR_TASK_OUTPUT_INVALID", /32768 bytes/)],
    ["a flood", "for (;;) console.log('x'.repeat(10_000))", nok("ERR_TASK_OUTPUT_INVALID", /32768 bytes/)],
    ["an exit code", "process.exit(3)", nok("ERR_TASK_FAILED", "it ended with exit code 3")],
    [
      "an exit code and a reason",
      String.raw`process.stderr.write("first\n\nlast \u001b[1m reason\n\n"); process.exitCode = 1; console.log(1)`,
      nok("ERR_TASK_FAILED", "last \\u001b[1m reason"),
    ],
    ["a crash", "process.kill(process.pid, 'SIGKILL'); for (;;);", nok("ERR_TASK_CRASHED", /SIGKILL/)],
  ] as const)("%s", async ([, source, expected], { runners }) => {
    const runner = await withProgram(runners, source);
    expect(await runner.run("QUERY", { a: "y".repeat(30_000) })).toStrictEqual(expected);
  });

  test("is ended by its time limit, and what it prints then is late", async ({ runners }) => {
    const runner = await withProgram(
      runners,
      `process.on("SIGTERM", () => { console.log(1); process.exit(0); }); ${STAY}`,
    );
    expect(await runner.run("QUERY", null, 1_000)).toStrictEqual(timedOut);
  });

  test("is killed if it does not end when it is told", async ({ runners }) => {
    const runner = await withProgram(runners, `process.on("SIGTERM", () => {}); console.error("up"); ${STAY}`);
    const run = runner.start("QUERY");
    await runner.logged({ event: "handler-output", msg: "up" });
    run.cancel();
    expect(await run.outcome).toStrictEqual(cancelled);
  });

  test.skipIf(!hasSignals)("is done if it comes to its end all the same (needs POSIX signals)", async ({ runners }) => {
    const finish = 'process.on("SIGTERM", () => { console.log(\'"tidy"\'); process.exit(0); });';
    const runner = await withProgram(runners, `${finish} console.error("up"); ${STAY}`);
    const run = runner.start("QUERY");
    await runner.logged({ event: "handler-output", msg: "up" });
    run.cancel();
    expect(await run.outcome).toStrictEqual(ok("tidy"));
  });

  test.skipIf(!hasSignals)("is not waited for by way of its children, which end with it", async ({ runners }) => {
    const child = `spawn(process.execPath, ["-e", ${JSON.stringify(STAY)}], { stdio: "inherit" })`;
    const source = `import { spawn } from "node:child_process"; console.log(${child}.pid); process.exit(0);`;
    const runner = await withProgram(runners, source);
    const outcome = await runner.run("QUERY");
    expect(outcome).toMatchObject({ isOk: true });
    await processGone(Number(outcome.isOk ? outcome.output : 0));
  });

  test("what it prints on stderr is in the log, rationed", async ({ runners }) => {
    const source = 'for (let n = 0; n < 5_000; n++) console.error("line", n); console.log("null");';
    const runner = await withProgram(runners, source);
    expect(await runner.run("QUERY")).toStrictEqual(ok(null));
    const printed = runner.log.filter(({ event }) => event === "handler-output");
    expect(printed[0]).toMatchObject({ level: 30, stream: "stderr", taskType: "QUERY", msg: "line 0" });
    const leftOut = printed.reduce((sum, entry) => sum + Number(entry["leftOut"] ?? 0), 0);
    expect(printed.length).toBeLessThan(1_000);
    expect(leftOut).toBeGreaterThan(4_000);
  });

  test("that has gone since the worker was started fails its tasks", async ({ folder, runners }) => {
    const path = folder.write("program", "#!/bin/sh\nexit 0\n");
    const { chmodSync, rmSync } = await import("node:fs");
    chmodSync(path, 0o755);
    const runner = await runners.start({ handlers: [], commands: [{ type: "gone", argv: [path] }] });
    rmSync(path);
    expect(await runner.run("gone")).toStrictEqual(nok("ERR_TASK_CRASHED", /could not be started/));
  });
});
