import { describe, expect, test } from "vitest";
import { runSimulator } from "./simulator-process.ts";

describe("pnpm sim", () => {
  test("replays one seed, the same way in every process", async () => {
    const [one, other] = await Promise.all([
      runSimulator("--world", "pulse", "--seed", "1"),
      runSimulator("--world", "pulse", "--seed", "1"),
    ]);
    expect(one).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^pulse seed 1: \d+ nodes/), stderr: "" });
    expect(one.stdout).toMatch(/nothing was found in \d+ s and \d+ steps, [0-9a-f]{16}\n$/);
    expect(other.stdout).toBe(one.stdout);
  });

  test("--trace shows every step of it", async () => {
    const { stdout } = await runSimulator("--world", "pulse", "--seed", "1", "--trace");
    expect(stdout).toMatch(/node 0 .*: started at /);
    expect(stdout).toMatch(/heartbeat-reply/);
    expect(stdout).toContain("---- the faults are over");
    expect(stdout).not.toMatch(/ $/m);
  });

  test("--seeds runs many and prints the counters and the time simulated", async () => {
    const { exitCode, stdout } = await runSimulator("--world", "pulse", "--seeds", "3", "--first", "10");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^fault crash fired +\d+/);
    expect(stdout).toMatch(/\npulse: 3 seeds, 0 failed; \d+\.\d\d h simulated, \d+ steps, [\d.]+ seeds\/s\n$/);
  });

  test("--jobs changes nothing but the time it takes: neither what is found nor what is printed", async () => {
    const flags = ["--world", "pulse", "--seeds", "12", "--mutant", "address-is-identity"];
    const [one, three] = await Promise.all(["1", "3"].map((jobs) => runSimulator(...flags, "--jobs", jobs)));
    expect(three).toEqual(one);
    expect(one?.exitCode).toBe(1);
  });

  test("a seed that fails says what broke, what happened last, and how to replay it, which then fails alike", async () => {
    const failed = await runSimulator("--world", "pulse", "--seeds", "20", "--mutant", "address-is-identity");
    expect(failed.exitCode).toBe(1);
    const told = /pulse seed (\d+) FAILED after [\d.]+ s, checker (\w+):\n {2}(.*)\n {2}the last events:\n/.exec(
      failed.stdout,
    );
    const command = / {2}replay it: pnpm sim (.*)\n/.exec(failed.stdout)?.[1]?.split(" ") ?? [];
    expect(command).toEqual(["--world", "pulse", "--seed", told?.[1], "--mutant", "address-is-identity", "--trace"]);
    const replayed = await runSimulator(...command);
    expect(replayed.exitCode).toBe(1);
    expect(replayed.stdout).toContain(told?.[0]);
  });

  test("without --world each seed is run in both, and a checker only where it judges", async () => {
    const [both, one] = await Promise.all([
      runSimulator("--seeds", "1"),
      runSimulator("--seeds", "1", "--checker", "conservation"),
    ]);
    expect(both.stdout).toMatch(/\npulse: 1 seeds, 0 failed; [\s\S]*\nfarm: 1 seeds, 0 failed; /);
    expect(one.stdout).not.toContain("pulse:");
    expect(one.stdout).toMatch(/\nfarm: 1 seeds, 0 failed; /);
  });

  test("--commit draws the seeds from a text", async () => {
    const drawn = await runSimulator(
      "--world",
      "pulse",
      "--seeds",
      "2",
      "--commit",
      "abc",
      "--mutant",
      "address-is-identity",
    );
    expect(drawn.stdout).toMatch(/seed \d{5,} FAILED/);
  });

  test("--help and the list of mutants", async () => {
    const [help, list] = await Promise.all([runSimulator("--help"), runSimulator("--mutant", "list")]);
    expect([help.exitCode, help.stdout]).toEqual([0, expect.stringContaining("pnpm sim --seed <n> [--trace]")]);
    expect([list.exitCode, list.stdout]).toEqual([0, expect.stringContaining("never-reprobed")]);
  });

  test.each([
    [["--sede", "1"], "sim: --sede is not a flag of the simulator: see --help\n"],
    [["--seeds", "many"], "sim: --seeds must be a whole number from 1 to 1000000, not many\n"],
    [["--world", "moon"], "sim: --world must be pulse, farm or lending, not moon\n"],
    [
      ["--world", "pulse", "--checker", "conservation"],
      "sim: the checker conservation does not judge in the world pulse\n",
    ],
    [["--checker", "eyes"], expect.stringMatching(/^sim: there is no checker eyes: there are lifecycle, .*\n$/)],
  ])("%j: one line, exit code 2", async (args, stderr) => {
    expect(await runSimulator(...args)).toEqual({ exitCode: 2, stdout: "", stderr });
  });
});
