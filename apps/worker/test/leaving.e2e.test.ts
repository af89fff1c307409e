import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logged, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { hasSignals, hazards, untilHolds } from "./support/runner-harness.ts";
import { startScriptedMaster } from "./support/scripted-master.ts";
import { runWorker } from "./support/workers.ts";

const nobody = "127.0.0.1:1";

describe.concurrent("a worker whose master is away", () => {
  test("says what it runs, tries, and prints nothing on stdout", async ({ processes }) => {
    const flags = ["--master", nobody, "--slots", "3", "--handlers", hazards, "--exec", "W=cat -u"];
    const worker = runWorker(processes, ...flags);
    const started = await logged(worker, { event: "started" });
    expect(started).toMatchObject({ slots: 3, master: nobody });
    expect(started["types"]).toContain("QUERY");
    expect(started["types"]).toContain("echo");
    expect(started["types"]).toContain("W");
    await logged(worker, { event: "worker-disconnected" });
    await worker.kill();
    expect(worker.stdout.lines).toStrictEqual([]);
  });
});

describe.skipIf(!hasSignals)("an idle worker that is told to end (needs POSIX signals)", () => {
  test.for(["SIGINT", "SIGTERM"] as const)("%s: leaves, with exit code 0", async (signal, { processes }) => {
    const worker = runWorker(processes, "--master", nobody);
    await logged(worker, { event: "worker-disconnected" });
    worker.signal(signal);
    expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
    await logged(worker, { event: "stopped" });
  });

  test("leaves a master that never answers", async ({ processes }) => {
    const master = await startScriptedMaster({ isSilent: true });
    const worker = runWorker(processes, "--master", master.address);
    await master.heard("the worker", ({ WORKER }) => WORKER === "ALIVE");
    worker.signal("SIGTERM");
    expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
    master.stop();
  });

  test("ends at once while it is still starting", async ({ processes }) => {
    const folder = await processes.newFolder();
    const file = join(folder, "slow.js");
    writeFileSync(
      file,
      'import { writeFileSync } from "node:fs"; writeFileSync(new URL("pid", import.meta.url), "");\nfor (;;);',
    );
    const worker = runWorker(processes, "--master", nobody, "--handlers", file);
    await untilHolds("the module is being loaded", () => existsSync(join(folder, "pid")));
    worker.signal("SIGTERM");
    expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
  });
});

describe.skipIf(!hasSignals)("a worker with tasks that is told to end (needs POSIX signals)", () => {
  test("finishes them, reports them, and takes nothing new", async ({ processes }) => {
    const gate = join(await processes.newFolder(), "gate");
    const master = await startScriptedMaster();
    const worker = runWorker(processes, "--master", master.address, "--slots", "2", "--handlers", hazards);
    await master.heard("the worker", ({ EXT }) => EXT?.slots === 2);
    master.assign({ id: "t0", n: 1, type: "print", payload: null, ms: 60_000 });
    master.assign({ id: "t1", n: 1, type: "wait-until", payload: gate, ms: 60_000 });
    await logged(worker, { event: "handler-output", stream: "stdout", taskType: "print", msg: "to fd 1" });
    await master.heard("the first result", ({ EXT }) => EXT?.results?.[0]?.id === "t0");
    master.acknowledge(["t0", 1]);
    await master.heard("progress", ({ EXT }) => EXT?.progress?.[0]?.id === "t1");
    worker.signal("SIGTERM");
    await master.heard("that it drains", ({ EXT }) => EXT?.slots === 0);
    writeFileSync(gate, "");
    const { EXT } = await master.heard("the result", (line) => line.EXT?.results?.[0]?.id === "t1");
    expect(EXT?.results?.[0]).toMatchObject({ n: 1, ok: true });
    master.acknowledge(["t1", 1]);
    expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
    expect(worker.stdout.lines).toStrictEqual([]);
    master.stop();
  });

  test.for([
    ["by a second signal", [], true],
    ["when --drain-timeout is over", ["--drain-timeout", "0.3"], false],
  ] as const)("%s: gives them up, says so, and leaves", async ([, flags, hasSecond], { processes }) => {
    const master = await startScriptedMaster();
    const worker = runWorker(processes, "--master", master.address, "--slots", "2", "--handlers", hazards, ...flags);
    await master.heard("the worker", ({ EXT }) => EXT?.slots === 2);
    master.assign({ id: "t1", n: 1, type: "spin-telling", payload: null, ms: 60_000 });
    await master.heard("progress", ({ EXT }) => EXT?.progress?.[0]?.id === "t1");
    worker.signal("SIGTERM");
    await master.heard("that it drains", ({ EXT }) => EXT?.slots === 0);
    if (hasSecond) worker.signal("SIGTERM");
    const { EXT } = await master.heard("the result", (line) => line.EXT?.results?.[0]?.id === "t1");
    expect(EXT?.results?.[0]).toMatchObject({ n: 1, ok: false, code: "ERR_TASK_ABORTED" });
    master.acknowledge(["t1", 1]);
    expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
    master.stop();
  });

  test("a handler that spins in every slot does not keep it from beating", async ({ processes }) => {
    const master = await startScriptedMaster();
    const worker = runWorker(processes, "--master", master.address, "--slots", "2", "--handlers", hazards);
    await master.heard("the worker", ({ EXT }) => EXT?.slots === 2);
    for (const id of ["t1", "t2"]) master.assign({ id, n: 1, type: "spin-telling", payload: null, ms: 60_000 });
    await master.heard("progress of the second", ({ EXT }) => EXT?.progress?.some(({ id }) => id === "t2") === true);
    const before = master.beats();
    await master.heard("five more beats", () => master.beats() >= before + 5);
    worker.signal("SIGTERM");
    worker.signal("SIGINT");
    expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
    master.stop();
  });
});
