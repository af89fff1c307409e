import { execFile } from "node:child_process";
import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

it("measures a burst between processes, and leaves nothing behind", { timeout: 90_000 }, async () => {
  // Other tests use the usual folder for temporary files at the same time.
  const folder = await mkdtemp(join(tmpdir(), "mutirao-test-"));
  const env = { ...process.env, TMPDIR: folder, TEMP: folder };
  const args = [MAIN, "lending-processes", "--quick", "--no-write", "--only", "burst-10"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toMatch(/\| burst-10 +\| +120 \| +500 \|/);
  expect(stdout).toContain("lending-processes-burst-10-reaction");
  expect(stdout).not.toMatch(/NaN|Infinity|undefined|MISSED/);
  expect(await readdir(folder)).toEqual([]);
  await rmdir(folder);
});
