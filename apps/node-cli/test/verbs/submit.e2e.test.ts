import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { runShell, runVerb, startFarm, startVerb } from "./support/farm.ts";

const ana = '{"USER":"ana"}';

describe("submit, one task", () => {
  test("prints its id; task --wait waits for its end", async ({ processes }) => {
    const { http } = await startFarm(processes);
    const submitted = await runVerb(processes, "submit", "QUERY", ana, "--http", http);
    expect(submitted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\da-f-]{36}$/), stderr: [] });
    const ended = await runVerb(processes, "task", submitted.stdout, "--wait", "--http", http);
    expect(ended).toMatchObject({ code: 0, stderr: [] });
    expect(ended.stdout).toMatch(/^state +done$/m);
    expect(ended.stdout).toMatch(/^worker +worker-1$/m);
    expect(ended.stdout).toMatch(/^result +\{"SALDO":[\d.]+\}$/m);
    const shown = await runVerb(processes, "task", submitted.stdout, "--json", "--http", http);
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: submitted.stdout, state: "done", payload: { USER: "ana" } });
  });

  test("--wait prints its result alone, --json the whole task", async ({ processes }) => {
    const { http } = await startFarm(processes);
    const waited = await runVerb(processes, "submit", "QUERY", ana, "--wait", "--http", http);
    expect(waited).toMatchObject({ code: 0, stderr: [] });
    expect(JSON.parse(waited.stdout)).toStrictEqual({ SALDO: expect.any(Number) });
    const flags = ["--id", "order-1", "--priority", "-5", "--timeout", "2.5", "--max-attempts", "2"];
    const json = await runVerb(processes, "submit", "QUERY", ana, ...flags, "--wait", "--json", "--http", http);
    expect(JSON.parse(json.stdout)).toMatchObject({
      id: "order-1",
      state: "done",
      priority: -5,
      timeoutMs: 2_500,
      maxAttempts: 2,
    });
    const again = await runVerb(processes, "submit", "QUERY", ana, "--id", "order-1", "--json", "--http", http);
    expect(JSON.parse(again.stdout)).toStrictEqual({ id: "order-1", state: "done" });
  });

  test("--wait for a task that fails is exit code 1, with the handler's own words", async ({ processes }) => {
    const { http } = await startFarm(processes);
    const flags = ["--max-attempts", "1", "--wait", "--http", http];
    const failed = await runVerb(processes, "submit", "QUERY", '{"USER":"nobody"}', "--id", "t", ...flags);
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toStrictEqual([
      expect.stringMatching(/^node-cli submit: task t is failed .*nobody.* \[ERR_\w+\]$/),
    ]);
    const waited = await runVerb(processes, "task", "t", "--wait", "--http", http);
    expect(waited.code).toBe(1);
    expect(waited.stdout).toMatch(/^state +failed$/m);
    // To show a task that has failed is no failure.
    expect((await runVerb(processes, "task", "t", "--http", http)).code).toBe(0);
  });

  test("what the master refuses is exit code 1, with its code", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    expect(await runVerb(processes, "submit", "QUERY", "{}", "--http", http)).toStrictEqual({
      code: 1,
      stdout: "",
      stderr: [expect.stringMatching(/USER.*\[ERR_REQUEST_INVALID\]$/)],
    });
    expect(await runVerb(processes, "task", "nobody", "--http", http)).toStrictEqual({
      code: 1,
      stdout: "",
      stderr: ["node-cli task: there is no task nobody [ERR_TASK_UNKNOWN]"],
    });
  });

  test("a wait is interrupted by a signal, and that is no success", async ({ processes, expect }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const waiting = startVerb(processes, "submit", "QUERY", ana, "--id", "t", "--wait", "--http", http);
    const shown = async () => (await runVerb(processes, "tasks", "--http", http)).stdout;
    await expect.poll(shown, { timeout: 30_000 }).toContain("pending");
    waiting.signal("SIGINT");
    expect(await waiting.exited).toStrictEqual({ code: null, signal: "SIGINT" });
  });
});

describe("submit, many tasks", () => {
  test("from a file, and counts them", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const file = join(await processes.newFolder(), "tasks.ndjson");
    const lines = Array.from({ length: 20_000 }, (_, index) => `{"id":"t${index}","type":"QUERY","payload":${ana}}`);
    await writeFile(file, `${lines.join("\n")}\n`);
    const first = await runVerb(processes, "submit", "--file", file, "--http", http);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^20,000 tasks accepted in /), stderr: [] });
    const again = await runVerb(processes, "submit", "--file", file, "--http", http);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0 tasks accepted, 20,000 known before in /),
    });
    const load = await runVerb(processes, "load", "--json", "--http", http);
    expect(JSON.parse(load.stdout)).toMatchObject({ backlog: 20_000 });
  });

  test("from stdin; bad lines are told by their number, and are exit code 1", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const lines = [`{"id":"a","type":"QUERY","payload":${ana}}`, "", "rubbish", '{"type":"QUERY"}'].join("\\n");
    const { code, stdout, stderr } = await runShell(
      processes,
      'printf "$1" | $NODE_CLI submit --file - --http "$2"',
      lines.replaceAll("%", "%%"),
      http,
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1 task accepted, 2 refused in /);
    expect(stderr).toStrictEqual([
      expect.stringMatching(/^line 3: .*rubbish.* \[ERR_LINE_NOT_JSON\]$/),
      "line 4: payload is missing [ERR_REQUEST_INVALID]",
      expect.stringMatching(/^node-cli submit: 2 lines of 3 .*\[ERR_LINES_REFUSED\]$/),
    ]);
  });

  test("--json prints the answer lines, numbered over the whole file", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const file = join(await processes.newFolder(), "tasks.ndjson");
    // More than one block's worth.
    const pad = "x".repeat(2_000);
    const count = 1_000;
    await writeFile(file, `{"type":"t","payload":"${pad}"}\n`.repeat(count));
    const { code, stdout, stderr } = await runVerb(processes, "submit", "--file", file, "--json", "--http", http);
    const answers = stdout.split("\n").map((line) => JSON.parse(line));
    expect(answers.map(({ line }) => line)).toStrictEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([202]));
    expect(code).toBe(0);
    expect(stderr).toStrictEqual([expect.stringMatching(/^1,000 tasks accepted in /)]);
  });

  test("many bad lines are counted, not all told", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const { stderr } = await runShell(
      processes,
      'yes rubbish | head -n 25 | $NODE_CLI submit --file - --http "$1"',
      http,
    );
    expect(stderr).toHaveLength(12);
    expect(stderr[10]).toBe("... and 15 more lines");
  });
});
