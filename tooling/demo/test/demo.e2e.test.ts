import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { MonitorSnapshot } from "@mutirao/operator-api/monitor";
import { afterEach, expect, test } from "vitest";
import { createDemoProcess } from "../src/demo-process.ts";
import { freePorts } from "../src/free-ports.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const monitorMain = fileURLToPath(import.meta.resolve("load-monitor/main"));
const started: ChildProcess[] = [];

function demo(...flags: string[]) {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  return { child, exit: once(child, "exit"), stdout: child.stdout, stderr: child.stderr };
}

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

test("a burst is worked off by borrowed hands, tasks survive every crash, and it can be seen again", async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), "mutirao-demo-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "recording.ndjson");
  const { exit, stdout, stderr } = demo("--record", file);
  const [told, complaints, [code]] = await Promise.all([text(stdout), text(stderr), exit]);
  expect(complaints).toBe("");
  expect(code).toBe(0);
  expect(told).toMatch(/Watch them at http:\/\/127\.0\.0\.1:\d+\n/);
  expect(told.match(/has found \w+ ALIVE and \w+ ALIVE\./g)).toHaveLength(3);
  const sentences = [
    /240 tasks fall on ana/,
    /ana asks (bia|caio) for \d+ workers?: its tasks would wait for \d+\.\d s\./,
    /(bia|caio) promises \w+/,
    /\w+ has come to ana: the first loan\./,
    /All 240 are done: \d+ by ana's own, \d+ by \d borrowed workers\./,
    /\w+ is back home with (bia|caio): the first return\./,
    /All nine workers are home, and no loan is open\./,
    /ana and caio say that bia is TIMEOUT\./,
    /All 40 are done, each counted once: /,
    /All nine workers are home, and no loan is open\.\n.*All 13 processes .* ended with exit code 0\.\n$/,
  ];
  for (const sentence of sentences) expect(told).toMatch(sentence);
  expect(told.match(/has done its first task for ana\./g)).toHaveLength(1);

  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  const loans = lines.flatMap((line) => JSON.parse(line).data.loans);
  expect(loans).toContainEqual(expect.objectContaining({ borrower: "ana", state: "lent" }));
  await expectPlays(file);
});

/** The recording is one that the monitor can play, to its end. */
async function expectPlays(file: string): Promise<void> {
  const [port = 0] = await freePorts(1);
  const flags = ["--replay", file, "--speed", "10000", "--http", `127.0.0.1:${port}`];
  const monitor = createDemoProcess({ name: "replay", main: monitorMain, flags, readyEvent: "http-listening" });
  await monitor.start();
  const snapshot = async () => (await (await fetch(`http://127.0.0.1:${port}/api/snapshot`)).json()) as MonitorSnapshot;
  await expect
    .poll(async () => (await snapshot()).status.replay, { timeout: 60_000 })
    .toStrictEqual({ speed: 10_000, isOver: true });
  const { masters, workers } = await snapshot();
  expect(masters.map(({ id }) => id).toSorted()).toStrictEqual(["ana", "bia", "caio"]);
  expect(workers.length).toBeGreaterThan(0);
  expect(await monitor.stop()).toBe(0);
}

test("--keep goes on until it is interrupted", async () => {
  const { child, exit, stdout, stderr } = demo("--keep");
  const complaints = text(stderr);
  let told = "";
  for await (const chunk of stdout) {
    told += chunk;
    if (told.includes("They go on") && !child.killed) child.kill("SIGINT");
  }
  const [code] = await exit;
  expect(await complaints).toBe("");
  expect(told).toMatch(/start watch --http 127\.0\.0\.1:\d+/);
  expect([told.match(/ended with exit code 0\.\n$/)?.length, code]).toStrictEqual([1, 0]);
});

// Windows has no signals: a process that is told to end is ended from outside.
test.skipIf(process.platform === "win32").for(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends it early, and says so in one line (needs POSIX signals)",
  async (signal) => {
    const { child, exit, stdout, stderr } = demo();
    const complaints = text(stderr);
    stdout.once("data", () => child.kill(signal));
    stdout.resume();
    const [code] = await exit;
    expect(await complaints).toBe("demo: interrupted before its end; everything was stopped\n");
    expect(code).toBe(1);
  },
);

test("a reader that leaves before the end (`pnpm demo | head`) ends it without a word", async () => {
  const { exit, stdout, stderr } = demo();
  const complaints = text(stderr);
  stdout.once("data", () => stdout.destroy());
  const [code] = await exit;
  expect(await complaints).toBe("");
  expect(code).toBe(0);
});

test("a recording that cannot be written is told in one line", async () => {
  const { exit, stderr } = demo("--record", join(tmpdir(), "no", "such", "folder", "recording.ndjson"));
  const [complaint, [code]] = await Promise.all([text(stderr), exit]);
  expect(complaint).toMatch(/^demo: .*recording\.ndjson cannot be written: [^\n]+\n$/);
  expect(code).toBe(1);
});

test.each(["--help", "-h"])("%s prints the usage", async (flag) => {
  const { exit, stdout, stderr } = demo(flag);
  const [told, complaints, [code]] = await Promise.all([text(stdout), text(stderr), exit]);
  expect(told).toMatch(/^usage: [^\n]+\n$/);
  expect([complaints, code]).toEqual(["", 0]);
});

test("an unknown flag is told in one line, with exit code 2", async () => {
  const { exit, stderr } = demo("--kepp");
  const [complaint, [code]] = await Promise.all([text(stderr), exit]);
  expect(complaint).toMatch(/^usage: [^\n]+\n$/);
  expect(code).toBe(2);
});
