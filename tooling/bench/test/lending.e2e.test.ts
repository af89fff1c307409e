import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { workloads } from "../src/lending/workloads.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

it("measures every world under every workload", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, "lending", "--quick", "--no-write"]);
  for (const { title } of workloads) {
    const [, section = ""] = stdout.split(`### ${title}\n`);
    const worlds = (section.split("\n###")[0] ?? "").match(/8 masters, \w+/g);
    expect([title, worlds]).toEqual([title, ["8 masters, NONE", "8 masters, CLASS", "8 masters, LEND"]]);
  }
  expect(stdout).not.toMatch(/NaN|Infinity|undefined|MISSED/);
  expect(stdout).toContain("lending-burst-10");
});
