import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pairCases, singleCases } from "../src/model/cases.ts";
import { missingTool } from "../src/model/search.ts";

const command = fileURLToPath(new URL("../src/check-model.ts", import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pnpm model` without pnpm; `path` is where it looks for programs. */
function checkModel(args: readonly string[], path = process.env["PATH"]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: path };
    const child = execFile(process.execPath, [command, ...args], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

const missing = await missingTool();

test.skipIf(missing !== undefined)(
  "each fault is survived in every order of events, and each mistake is found (needs spin and cc)",
  { timeout: 300_000 },
  async () => {
    const { code, stdout, stderr } = await checkModel([]);
    const lines = stdout.trimEnd().split("\n");
    const failed = lines.filter((line) => line.includes("FAILED"));
    expect({ code, stderr, failed }).toEqual({ code: 0, stderr: "", failed: [] });
    expect(lines).toHaveLength(singleCases.length + 1);
    expect(lines.filter((line) => /^fault .* nothing found$/.test(line))).toHaveLength(24);
    expect(lines.filter((line) => /^mistake .* found: /.test(line))).toHaveLength(9);
  },
);

test("where spin is missing it says so, and that is no failure", async () => {
  const { code, stdout } = await checkModel([], "");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^skipped: .*spin is not here/);
});

test("a wrong flag is a mistake, and the usage is shown", async () => {
  const { code, stderr } = await checkModel(["--triples"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^usage: pnpm model/);
});

test("no two searches have the same name, and every two faults meet in both styles", () => {
  const names = [...singleCases, ...pairCases].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(pairCases).toHaveLength(90);
});
