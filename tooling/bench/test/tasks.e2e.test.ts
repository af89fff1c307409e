import { execFile } from "node:child_process";
import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { TASK_BYTES, taskIdOf, taskLine } from "../src/tasks/task-line.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const CACHE = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));

const report = (folder: string, ...args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    // Dozens of processes spend most of their start on stripping and compiling the same files: this keeps the result.
    const env = { ...process.env, TMPDIR: folder, TEMP: folder, NODE_COMPILE_CACHE: CACHE };
    execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr));
    });
  });

/** The cells of the rows of the table under a heading, by their first. */
function rowsOf(text: string, heading: string): ReadonlyMap<string, readonly string[]> {
  const [, section = ""] = text.split(`### ${heading}\n`);
  const lines = (section.split("\n###")[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  const rows = lines.slice(2).map((line) => line.split("|").map((cell) => cell.trim()));
  return new Map(rows.map(([, name = "", ...cells]) => [name, cells]));
}

it("measures both farms, with either store and some workers, and leaves nothing behind", {
  timeout: 90_000,
}, async () => {
  // Other tests use the usual folder for temporary files at the same time.
  const folder = await mkdtemp(join(tmpdir(), "mutirao-test-"));
  const only = ["memory-1", "durable-4", "durable-pace"].flatMap((name) => ["--only", name]);
  const text = await report(folder, "tasks", "--quick", "--no-write", ...only);
  const scenarios = ["In memory, one worker", "Durable, 4 workers", "Durable, one worker, 500 tasks per second"];
  for (const scenario of scenarios)
    expect([scenario, ...rowsOf(text, scenario).keys()]).toEqual([scenario, "ours", "bare"]);
  expect([...rowsOf(text, "Goals").keys()]).toEqual([
    "tasks-memory-1-rate",
    "tasks-memory-1-cpu",
    "tasks-durable-4-rate",
    "tasks-durable-4-floor",
    "tasks-durable-pace-p99",
  ]);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  expect(await readdir(folder)).toEqual([]);
  await rmdir(folder);
});

it("has tasks of the size that it speaks of, each with an id of its own", () => {
  const ordinals = [0, 1, 99_999, 12_345_678];
  for (const ordinal of ordinals) {
    const line = taskLine(taskIdOf(ordinal), ordinal);
    expect(line).toHaveLength(TASK_BYTES);
    expect(JSON.parse(line)).toMatchObject({ id: taskIdOf(ordinal), payload: { n: ordinal } });
  }
  expect(new Set(ordinals.map(taskIdOf)).size).toBe(ordinals.length);
});
