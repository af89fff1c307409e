import { createHash } from "node:crypto";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import {
  canMount,
  matching,
  mountSmallDisk,
  type Processes,
  parseRecord,
  type RunningProcess,
  test,
} from "@mutirao/process-tests";
import { describe, expect, vi } from "vitest";
import { runMaster } from "./support/master-command.ts";
import { startMasterAt } from "./support/master-under-test.ts";
import { operatorOf } from "./support/operator.ts";
import { newPlace } from "./support/places.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 3, testTimeout: 90_000 });

/** Starts a master that is expected to refuse: gives all that it says, which is one line, and nothing on stdout. */
async function refusal(processes: Processes, dataDir: string): Promise<string> {
  const { flags } = await newPlace();
  const running = runMaster(processes, [...flags, "--data-dir", dataDir]);
  expect(await running.exited).toStrictEqual({ code: 2, signal: null });
  expect(running.stdout.lines).toStrictEqual([]);
  expect(running.stderr.lines).toHaveLength(1);
  return running.stderr.lines[0] ?? "";
}

/** Each file of the folder, by what is in it. */
const contents = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder)
    .toSorted()
    .map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]);

const PAGE_BYTES = 4_096;

function zeroSecondPage(file: string): void {
  const opened = openSync(file, "r+");
  writeSync(opened, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, PAGE_BYTES);
  closeSync(opened);
}

const echoes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, type: "echo", payload: index }));

describe.concurrent("a data directory", () => {
  test("that another master uses is refused, and that one goes on", async ({ processes }) => {
    const dataDir = join(await processes.newFolder(), "data");
    const place = await newPlace();
    const { pid } = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
    const operator = operatorOf(place.flags);
    const before = await operator.submit({ type: "echo", payload: "before" });
    const line = await refusal(processes, dataDir);
    expect(line).toMatch(/^master: .*--data-dir.* \[ERR_STORE_LOCKED\]$/);
    expect(line).toContain(`(it is process ${pid} on `);
    const after = await operator.submit({ type: "echo", payload: "after" });
    for (const id of [before, after]) expect(await operator.task(id)).toMatchObject({ state: "pending" });
  });

  test("that a killed master left is taken over at once", async ({ processes }) => {
    const dataDir = join(await processes.newFolder(), "data");
    const place = await newPlace();
    const first = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
    const operator = operatorOf(place.flags);
    const id = await operator.submit({ type: "echo", payload: "kept" });
    await first.kill();
    const second = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
    expect(await operator.task(id)).toMatchObject({ state: "pending", payload: "kept" });
    expect(await second.logged({ event: "taken-over" })).toMatchObject({
      former: expect.stringContaining(`process ${first.pid} on `),
      backlog: 1,
      running: 0,
    });
    expect(first.stderr.lines.filter((text) => text.includes('"taken-over"'))).toStrictEqual([]);
  });

  test.skipIf(process.platform === "win32")(
    "that a master left in good order is taken over without a word (needs POSIX signals)",
    async ({ processes }) => {
      const dataDir = join(await processes.newFolder(), "data");
      const place = await newPlace();
      const first = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
      await operatorOf(place.flags).submit({ type: "echo", payload: "kept" });
      first.signal("SIGTERM");
      expect(await first.exited).toStrictEqual({ code: 0, signal: null });
      const second = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
      expect(await operatorOf(place.flags).load()).toMatchObject({ backlog: 1 });
      expect(second.stderr.lines.filter((text) => text.includes('"taken-over"'))).toStrictEqual([]);
    },
  );

  test.for([
    ["is no database", (file: string) => writeFileSync(file, "not a database at all, but long enough for a header")],
    ["has lost its end", (file: string) => truncateSync(file, 6_000)],
    ["has a page of zeros", zeroSecondPage],
  ] as const)("whose file %s is refused in one line, and left as it is", async ([, damage], { processes }) => {
    const dataDir = join(await processes.newFolder(), "data");
    const place = await newPlace();
    const first = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
    await operatorOf(place.flags).submitAll(echoes(50));
    first.signal("SIGTERM");
    await first.exited;
    damage(join(dataDir, "tasks.db"));
    const damaged = contents(dataDir);
    for (let time = 1; time <= 2; time++) {
      expect(await refusal(processes, dataDir)).toMatch(/^master: .*left as it is.* \[ERR_STORE_CORRUPT\]$/);
      expect(contents(dataDir)).toStrictEqual(damaged);
    }
  });

  test.skipIf(process.platform === "win32")(
    "that is deleted under its master: nothing more is accepted, and the master ends (where open files can be deleted)",
    async ({ processes }) => {
      const dataDir = join(await processes.newFolder(), "data");
      const place = await newPlace();
      const master = await startMasterAt(processes, place.flags, "--data-dir", dataDir);
      const operator = operatorOf(place.flags);
      await operator.submit({ type: "echo", payload: "kept, as long as there is a directory" });
      rmSync(dataDir, { recursive: true });
      expect(await operator.call("POST", "/tasks", { type: "echo", payload: "nowhere" })).toMatchObject({
        status: 503,
        body: { code: "ERR_STORE_DOWN" },
      });
      await master.logged({ event: "store-failed", code: "ERR_STORE_FAILED" });
      expect(await master.exited).toStrictEqual({ code: 3, signal: null });
    },
  );

  test("with 20,000 tasks is taken over, after a kill and after an end in good order", async ({ processes }) => {
    const dataDir = join(await processes.newFolder(), "data");
    const place = await newPlace();
    const operator = operatorOf(place.flags);
    const start = () => startMasterAt(processes, place.flags, "--data-dir", dataDir, "--backlog-max", "20000");
    const first = await start();
    const answers = await operator.submitAll(echoes(20_000));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(20_000);
    expect(await operator.call("POST", "/tasks", { type: "echo", payload: 0 })).toMatchObject({
      status: 503,
      retryAfter: expect.stringMatching(/^\d+$/),
      body: { code: "ERR_BACKLOG_FULL" },
    });
    await first.kill();
    const [afterKill, second] = await timed(start);
    expect(await operator.load()).toMatchObject({ backlog: 20_000, running: 0 });
    second.signal("SIGTERM");
    await second.exited;
    const [afterEnd] = await timed(start);
    expect(await operator.load()).toMatchObject({ backlog: 20_000, running: 0 });
    expect(await operator.task("t19999")).toMatchObject({ state: "pending", payload: 19_999 });
    process.stdout.write(
      `data-dir: with 20,000 tasks a start took ${afterKill} ms after a kill, ${afterEnd} ms after an end\n`,
    );
  });
});

async function timed<T>(start: () => Promise<T>): Promise<readonly [number, T]> {
  const before = performance.now();
  const started = await start();
  return [Math.round(performance.now() - before), started];
}

/** Resolves once the master has been refused a write so often again. */
async function refusedWrites(master: RunningProcess, count: number): Promise<void> {
  let left = count;
  const isIt = (line: string): true | undefined =>
    matching(parseRecord(line), { event: "store-refused", code: "ERR_STORE_FULL" }) && --left <= 0 ? true : undefined;
  await master.stderr.find(`${count} refused writes`, isIt, master.stderr.lines.length);
}

describe.skipIf(!canMount())("a disk that is full (needs root on Linux, to mount a small one)", () => {
  test("takes no tasks and no results, and stops no work; with room again all goes on, nothing lost", async ({
    processes,
  }) => {
    const disk = mountSmallDisk();
    const gate = join(await processes.newFolder(), "gate");
    const place = await newPlace();
    const flags = ["--data-dir", join(disk.folder, "data"), "--id", "m"];
    const master = await startMasterAt(processes, place.flags, ...flags);
    const operator = operatorOf(place.flags);
    const worker = startWorker(processes, place.address, "hazards", "--id", "w1", "--log-level", "debug");
    const running = await operator.submit({ type: "wait", payload: gate });
    await worker.logged({ event: "handler-output", msg: "wait begins" });
    const waiting = await operator.submit({ type: "echo", payload: "waits" });

    disk.fill();
    expect(await operator.call("POST", "/tasks", { id: "no", type: "echo", payload: 1 })).toMatchObject({
      status: 503,
      retryAfter: expect.stringMatching(/^[1-9]\d*$/),
      body: { code: "ERR_STORE_FULL_NOW" },
    });
    const batch = await operator.submitAll(echoes(100));
    expect(batch).toHaveLength(100);
    for (const { status, problem } of batch) expect([status, problem?.code]).toStrictEqual([503, "ERR_STORE_FULL_NOW"]);
    expect(await operator.call("GET", "/tasks/no")).toMatchObject({ status: 404 });

    // What runs goes on; its result counts only when it is kept.
    writeFileSync(gate, "");
    await worker.logged({ event: "task-ended", task: running });
    await worker.logged({ event: "task-ended", task: waiting });
    await refusedWrites(master, 3);
    for (const id of [running, waiting]) expect(await operator.task(id)).toMatchObject({ state: "running" });
    worker.signal("SIGTERM");
    await worker.logged({ event: "draining" });
    await refusedWrites(master, 2);
    expect(worker.stderr.lines.filter((line) => line.includes('"worker-left"'))).toStrictEqual([]);

    disk.makeRoom();
    for (const id of [running, waiting]) expect(await operator.ended(id)).toMatchObject({ state: "done", attempts: 1 });
    expect(await worker.exited).toStrictEqual({ code: 0, signal: null });
    await worker.logged({ event: "worker-left", unacknowledged: 0 });
    const again = await operator.submitAll(echoes(100));
    expect(again.filter(({ status }) => status === 202)).toHaveLength(100);
    await master.kill();
    await startMasterAt(processes, place.flags, ...flags);
    for (const id of [running, waiting]) expect(await operator.task(id)).toMatchObject({ state: "done", worker: "w1" });
    expect(await operator.load()).toMatchObject({ backlog: 100 });
  });

  test("at the kill of a master: nothing that was accepted is lost", async ({ processes }) => {
    const disk = mountSmallDisk();
    const place = await newPlace();
    const flags = ["--data-dir", join(disk.folder, "data"), "--id", "m"];
    const master = await startMasterAt(processes, place.flags, ...flags);
    const operator = operatorOf(place.flags);
    expect((await operator.submitAll(echoes(100))).filter(({ status }) => status === 202)).toHaveLength(100);
    disk.fill();
    expect(await operator.call("POST", "/tasks", { type: "echo", payload: 1 })).toMatchObject({ status: 503 });
    await master.kill();
    // Whether it can begin on such a disk or not: it says so, and harms nothing.
    expect(await refusal(processes, join(disk.folder, "data"))).toMatch(/^master: .* \[ERR_STORE_(?:FULL|FAILED)\]$/);
    disk.makeRoom();
    await startMasterAt(processes, place.flags, ...flags);
    expect(await operator.load()).toMatchObject({ backlog: 100 });
    const worker = startWorker(processes, place.address, "hazards", "--slots", "4", "--processes", "1");
    for (const { id, payload } of echoes(100)) expect(await operator.ended(id)).toMatchObject({ result: payload });
    await worker.kill();
  });
});
