import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { makeTask, TASK_BYTES } from "../src/store/workload.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

const report = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr));
    });
  });

it("measures every keeper with every size of group, and leaves nothing behind", { timeout: 60_000 }, async () => {
  const text = await report("store", "--quick", "--no-write");
  expect(text.match(/^\| (ours|log|nothing) /gm)).toEqual(Array(4).fill(["| ours ", "| log ", "| nothing "]).flat());
  for (const goal of ["store-100", "store-cpu-100", "store-cpu-1000", "store-reopen"]) expect(text).toContain(goal);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  expect((await readdir(tmpdir())).filter((name) => name.startsWith("mutirao-bench-"))).toEqual([]);
});

it("has tasks of the size that it speaks of", () => {
  const { status: _, ...order } = makeTask(12_345);
  expect(`${JSON.stringify(order)}\n`).toHaveLength(TASK_BYTES);
});
