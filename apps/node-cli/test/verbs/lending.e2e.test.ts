import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { runVerb, startFarm } from "./support/farm.ts";

describe("what is lent and borrowed, and why", () => {
  test("a master without peers has no loans, and says why it does not borrow", async ({ processes }) => {
    const { http } = await startFarm(processes);
    expect(await runVerb(processes, "loans", "--http", http)).toMatchObject({ code: 0, stdout: "no loans" });
    expect(await runVerb(processes, "loans", "--json", "--http", http)).toMatchObject({ code: 0, stdout: "[]" });
    expect(await runVerb(processes, "why", "borrow", "--http", http)).toMatchObject({
      code: 0,
      stdout: "It has no peers to borrow from; now: 0 tasks waiting, 0 borrowed workers here.",
    });
  });

  test("a task's story, each step with its time", async ({ processes }) => {
    const { http } = await startFarm(processes);
    const submit = ["submit", "QUERY", '{"USER":"ana"}', "--id", "t", "--wait", "--http", http];
    expect((await runVerb(processes, ...submit)).code).toBe(0);
    const { code, stdout } = await runVerb(processes, "why", "task", "t", "--http", http);
    expect(code).toBe(0);
    const [answer, , ...steps] = stdout.split("\n");
    expect(answer).toMatch(/^Task t is done: worker-1 had it, .+ after it was accepted, for .+\.$/);
    const time = String.raw`\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}Z`;
    const sentences = ["Task t was accepted", "Attempt 1 began, by worker-1", "It ended as done"];
    expect(steps).toStrictEqual(
      sentences.map((sentence) => expect.stringMatching(new RegExp(`^  ${time}  ${sentence}\\.$`))),
    );
    const json = JSON.parse((await runVerb(processes, "why", "task", "t", "--json", "--http", http)).stdout);
    expect(json).toMatchObject({ about: "task t", answer, steps: [{ event: "task-accepted" }, {}, {}] });
  });

  test("drain ends the master", async ({ processes }) => {
    const { http, master } = await startFarm(processes, { workers: 0 });
    const answer = await runVerb(processes, "drain", "--json", "--http", http);
    expect(JSON.parse(answer.stdout)).toStrictEqual({ status: "draining", timeoutS: 20 });
    expect(await master.exited).toStrictEqual({ code: 0, signal: null });
  });
});

describe("what cannot be done", () => {
  test.for([
    [["borrow"], 1, "ERR_PEER_NOT_ALIVE"],
    [["lend", "--peer", "nobody"], 1, "ERR_PEER_UNKNOWN"],
    [["reclaim", "--loan", "w@1"], 1, "ERR_LOAN_UNKNOWN"],
    [["why", "loan", "w@1"], 1, "ERR_LOAN_UNKNOWN"],
    [["why", "peer", "nobody"], 1, "ERR_PEER_UNKNOWN"],
    [["why", "task", "none"], 1, "ERR_TASK_UNKNOWN"],
  ] as const)("%j: exit code %d, %s", async ([args, exitCode, error], { processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const { code, stdout, stderr } = await runVerb(processes, ...args, "--json", "--http", http);
    expect([code, stdout]).toStrictEqual([exitCode, ""]);
    expect(stderr.join("\n")).toContain(`[${error}]`);
  });

  test.for([
    [["why"], "ERR_OPTION_MISSING"],
    [["why", "loan"], "ERR_OPTION_MISSING"],
    [["why", "weather"], "ERR_OPTION_UNKNOWN"],
    [["why", "borrow", "more"], "ERR_OPTION_UNKNOWN"],
    [["why", "task", "a", "b"], "ERR_OPTION_UNKNOWN"],
    [["lend"], "ERR_OPTION_MISSING"],
    [["lend", "--peer", "b", "--worker", "w", "--workers", "2"], "ERR_OPTION_CONFLICT"],
    [["lend", "--peer", "b", "--workers", "0"], "ERR_OPTION_INVALID"],
    [["reclaim"], "ERR_OPTION_MISSING"],
    [["reclaim", "--all", "--peer", "b"], "ERR_OPTION_CONFLICT"],
    [["drain", "now"], "ERR_OPTION_UNKNOWN"],
    [["loans", "--direction", "up"], "ERR_OPTION_INVALID"],
  ] as const)("%j is a mistake in the flags: %s", async ([args, error], { processes }) => {
    const { code, stdout, stderr } = await runVerb(processes, ...args);
    expect([code, stdout]).toStrictEqual([2, ""]);
    expect(stderr.join("\n")).toContain(`[${error}]`);
  });

  test.for(["loans", "borrow", "lend", "reclaim", "drain", "why"])(
    "%s --help has an example",
    async (verb, { processes }) => {
      const { code, stdout } = await runVerb(processes, verb, "--help");
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Examples:\\n  node-cli ${verb}`, "m"));
    },
  );
});
