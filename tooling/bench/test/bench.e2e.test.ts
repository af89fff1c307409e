import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const PAGE = new URL("../../../docs/benchmarks.md", import.meta.url);

const ROWS = {
  "One connection per beat, 16 at once": ["ours", "bare", "echo", "python (one-shot)"],
  "One connection per beat, 64 at once": ["ours", "bare", "echo", "python (one-shot)"],
  "64 connections that stay open, one beat under way on each": ["ours", "bare", "echo", "python (one-shot)"],
  "16 connections with 256 beats under way on each, identical lines": ["ours", "bare", "unparsed", "echo"],
  "16 connections with 256 beats under way on each, 4,096 senders in turn": ["ours", "bare", "unparsed", "echo"],
  "500 peers, one beat per second to each, from one process": ["ours", "bare"],
  Goals: [
    "one-shot-16-vs-python",
    "one-shot-16-vs-bare",
    "one-shot-64-vs-python",
    "one-shot-64-vs-bare",
    "persistent-64-vs-python",
    "persistent-64-vs-bare",
    "pipelined-same-vs-bare",
    "pipelined-distinct-vs-bare",
    "crowd-cpu",
    "crowd-memory",
    "crowd-lateness",
  ],
};

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

const bench = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });

/** The report of a run that succeeds. */
async function reportOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await bench(...args);
  if (code !== 0) throw new Error(`exit code ${String(code)}: ${stderr}`);
  return stdout;
}

const page = (): Promise<string | undefined> => readFile(PAGE, "utf8").catch(() => undefined);

/** The first cells of the rows of the table under a heading. */
function rowNames(report: string, heading: string): readonly string[] {
  const [, section = ""] = report.split(`### ${heading}\n`);
  const rows = (section.split("\n###")[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) => (row.split("|")[1] ?? "").trim());
}

it("measures every contestant of every scenario, and leaves the page alone", async () => {
  const before = await page();
  const report = await reportOf("heartbeat", "--quick", "--no-write");
  const isSkipped = (name: string): boolean => name.startsWith("python") && report.includes("python was skipped");
  for (const [heading, names] of Object.entries(ROWS)) {
    expect([heading, ...rowNames(report, heading)]).toEqual([heading, ...names.filter((name) => !isSkipped(name))]);
  }
  expect(report).not.toMatch(/NaN|Infinity|undefined/);
  expect(report).not.toContain("broke before the answer");
  expect(await page()).toBe(before);
});

it("lists where our own server spends its time", async () => {
  const report = await reportOf("heartbeat", "--quick", "--only", "persistent-64", "--profile");
  expect(rowNames(report, "Self times of ours: persistent-64").length).toBeGreaterThan(5);
});

it("answers a wrong command line with one line and exit code 2", async () => {
  expect(await bench("heartbeat", "--fast")).toEqual({
    code: 2,
    stdout: "",
    stderr: "bench: Unknown option '--fast': see --help\n",
  });
});
