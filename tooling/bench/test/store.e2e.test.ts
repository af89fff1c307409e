import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { makeTask, TASK_BYTES } from "../src/store/workload.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

const report = (temporary: string, ...args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, TMPDIR: temporary, TEMP: temporary };
    execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr));
    });
  });

it("measures every keeper with every size of group, and leaves nothing behind", { timeout: 60_000 }, async () => {
  const temporary = await mkdtemp(join(tmpdir(), "mutirao-"));
  onTestFinished(() => rm(temporary, { recursive: true }));
  const text = await report(temporary, "store", "--quick", "--no-write");
  expect(text.match(/^\| (ours|log|nothing) /gm)).toEqual(Array(4).fill(["| ours ", "| log ", "| nothing "]).flat());
  for (const goal of ["store-100", "store-cpu-100", "store-cpu-1000", "store-reopen"]) expect(text).toContain(goal);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  expect((await readdir(temporary)).filter((name) => name.startsWith("mutirao-"))).toEqual([]);
});

it("has tasks of the size that it speaks of", () => {
  const { status: _, ...order } = makeTask(12_345);
  expect(`${JSON.stringify(order)}\n`).toHaveLength(TASK_BYTES);
});
