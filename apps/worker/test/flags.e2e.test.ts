import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningProcess, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { hazards } from "./support/runner-harness.ts";
import { runWorker } from "./support/workers.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
/** From the range that is reserved for documentation, where nobody answers; nor is it dialled if a flag is wrong. */
const nobody = "192.0.2.1:9101";

/** One line that names what is wrong, and no trace of the code that found it. */
async function expectRefused(refused: RunningProcess, ...says: readonly RegExp[]): Promise<void> {
  expect(await refused.exited).toStrictEqual({ code: 2, signal: null });
  expect(refused.stdout.lines).toStrictEqual([]);
  expect(refused.stderr.lines).toHaveLength(1);
  const [line] = refused.stderr.lines;
  expect(line).not.toMatch(/node:internal|\bat .+:\d+:\d+/);
  for (const pattern of says) expect(line).toMatch(pattern);
}

describe.concurrent("flags that ask something", () => {
  test("--help explains every flag, with units and defaults", async ({ processes }) => {
    const help = runWorker(processes, "--help");
    expect(await help.exited).toStrictEqual({ code: 0, signal: null });
    expect(help.stderr.lines).toStrictEqual([]);
    const text = help.stdout.lines.join("\n");
    for (const flag of ["master", "slots", "handlers", "exec", "processes", "memory", "drain-timeout", "log-level"]) {
      expect(text).toMatch(new RegExp(`^ +--${flag}\\b`, "m"));
    }
    const entries = text.split(/^ {2}(?=--)/m).slice(1);
    for (const entry of entries.filter((each) => !/^--(help|version)\b/.test(each))) {
      expect(entry).toMatch(/^--[\w-]+ <[^>]+>\s+\w.*\.\s+\(.+\)\s*$/ms);
    }
  });

  test("--version prints the version and nothing else", async ({ processes }) => {
    const asked = runWorker(processes, "--", "--version");
    expect(await asked.exited).toStrictEqual({ code: 0, signal: null });
    expect(asked.stdout.lines).toStrictEqual([version]);
    expect(asked.stderr.lines).toStrictEqual([]);
  });
});

describe.concurrent("flags that are refused, in one line and with exit code 2", () => {
  test.for([
    { args: [], says: [/--master/, /ERR_OPTION_MISSING/] },
    { args: ["--master", "somewhere"], says: [/--master/, /:port/] },
    { args: ["--master", nobody, "--slots", "0"], says: [/--slots/, /64/] },
    { args: ["--master", nobody, "--slots", "65"], says: [/--slots/, /64/] },
    { args: ["--master", nobody, "--processes", "0"], says: [/--processes/, /1 to 64/] },
    { args: ["--master", nobody, "--processes", "1.5"], says: [/--processes/, /1 to 64/] },
    { args: ["--master", nobody, "--memory", "8"], says: [/--memory/, /32/] },
    { args: ["--master", nobody, "--drain-timeout", "-1"], says: [/--drain-timeout/] },
    { args: ["--master", nobody, "--drain-timeout", "soon"], says: [/--drain-timeout/, /30/] },
    { args: ["--master", nobody, "--exec", "python3 words.py"], says: [/--exec/, /task type/] },
    { args: ["--master", nobody, "--exec", "two words=cat"], says: [/--exec/, /task type/] },
    { args: ["--master", nobody, "--exec", "A=cat", "--exec", "B="], says: [/--exec/, /"B="/, /no program/] },
    { args: ["--master", nobody, "--exec", 'A=cat "'], says: [/--exec/, /not closed/] },
    { args: ["--master", nobody, "--exec", "A=[cat"], says: [/--exec/, /JSON array/] },
    { args: ["--master", nobody, "--exec", "A=no-such-program"], says: [/--exec A/, /ERR_COMMAND_NOT_FOUND/] },
    { args: ["--master", nobody, "--handlers", ""], says: [/--handlers/] },
    { args: ["--master", nobody, "--handlers", "nowhere.ts"], says: [/nowhere\.ts/, /ERR_HANDLERS_INVALID/] },
    { args: ["--master", nobody, "--handlers", hazards, "--exec", "echo=cat"], says: [/--exec echo/, /already/] },
    { args: ["--master", nobody, "--host", "192.0.2.1"], says: [/--host/, /ERR_HOST_NOT_LOCAL/] },
    { args: ["--master", nobody, "--threads", "4"], says: [/--threads/, /ERR_OPTION_UNKNOWN/] },
    { args: ["--master", nobody, "handlers.ts"], says: [/handlers\.ts|too many arguments/] },
  ])("$args", ({ args, says }, { processes }) => expectRefused(runWorker(processes, ...args), ...says));

  test("a module that cannot be loaded", async ({ processes }) => {
    const folder = await processes.newFolder();
    const file = join(folder, "bad.ts");
    writeFileSync(file, 'console.log("hello");\nthrow new Error("no luck\\ntoday");\n');
    const refused = runWorker(processes, "--master", nobody, "--log-level", "silent", "--handlers", file);
    await expectRefused(refused, /bad\.ts cannot be loaded: no luck today \[ERR_HANDLERS_INVALID\]/);
  });
});
