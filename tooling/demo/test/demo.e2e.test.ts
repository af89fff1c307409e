import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const started: ChildProcess[] = [];

function demo(...flags: string[]) {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  return { child, exit: once(child, "exit"), stdout: child.stdout, stderr: child.stderr };
}

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

test("nodes are missed and welcomed back, tasks survive every crash, and it ends by itself", async () => {
  const { exit, stdout, stderr } = demo();
  const [told, complaints, [code]] = await Promise.all([text(stdout), text(stderr), exit]);
  expect(complaints).toBe("");
  expect(code).toBe(0);
  expect(told.match(/has found .* ALIVE/g)).toHaveLength(6);
  expect(told.match(/says that caio is TIMEOUT, \d+\.\d\d s after its last answer/g)).toHaveLength(2);
  expect(told.match(/has caio back: ALIVE/g)).toHaveLength(2);
  expect(told).toMatch(/All 40 are done, each counted once: davi \d+, eva \d+\./);
  expect(told).toContain("exit codes 0, 0, 0, 0, 0, 0.");
});

test("--keep leaves them running until it is interrupted", async () => {
  const { child, exit, stdout } = demo("--keep");
  let told = "";
  for await (const chunk of stdout) {
    told += chunk;
    if (told.includes("Join them") && !child.killed) child.kill("SIGINT");
  }
  const [code] = await exit;
  expect(code).toBe(0);
  expect(told).toMatch(/--peer 127\.0\.0\.1:\d+/);
  expect(told).toContain("exit codes 0, 0, 0, 0, 0, 0.");
});

// Windows has no signals: a process that is told to end is ended from outside.
test.skipIf(process.platform === "win32").for(["SIGINT", "SIGTERM"] as const)(
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
