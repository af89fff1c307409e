import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { runShell, runVerb, startFarm, startVerb } from "./support/farm.ts";

const ana = '{"USER":"ana"}';

describe("what a master has, as tables and as its own JSON", () => {
  test("tasks, by state and number", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    expect((await runVerb(processes, "tasks", "--http", http)).stdout).toBe("no tasks");
    for (const id of ["a", "b", "c"]) await runVerb(processes, "submit", "QUERY", ana, "--id", id, "--http", http);
    const { code, stdout } = await runVerb(processes, "tasks", "--http", http);
    expect(code).toBe(0);
    const [titles, ...rows] = stdout.split("\n");
    expect(titles).toMatch(/^ID +STATE +TYPE +ATTEMPTS +WORKER +ACCEPTED +WHY$/);
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toMatch(/^[abc] +pending +QUERY +0 +- +[\d.]+ m?s ago$/);
    const done = await runVerb(processes, "tasks", "--state", "done", "--json", "--http", http);
    expect(done.stdout).toBe("[]");
    const two = await runVerb(processes, "tasks", "--state", "pending", "--limit", "2", "--json", "--http", http);
    expect(JSON.parse(two.stdout)).toMatchObject([{ state: "pending" }, { state: "pending" }]);
  });

  test("workers", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 2 });
    const { code, stdout } = await runVerb(processes, "workers", "--http", http);
    expect(code).toBe(0);
    const rows = stdout.split("\n").slice(1);
    expect(rows.toSorted()).toStrictEqual([
      expect.stringMatching(/^worker-1 +ALIVE +master-a +0 +2 +0 +.* ago +session +127\.0\.0\.1:\d+ +QUERY$/),
      expect.stringMatching(/^worker-2 +ALIVE +master-a /),
    ]);
    const json = JSON.parse((await runVerb(processes, "workers", "--json", "--http", http)).stdout);
    expect(json).toMatchObject([{ status: "ALIVE", owner: "master-a", borrowed: false, running: [] }, {}]);
  });

  test("peers", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0, flags: ["--peer", "127.0.0.1:1"] });
    const { stdout } = await runVerb(processes, "peers", "--http", http);
    expect(stdout.split("\n")[1]).toMatch(/^- +NEVER_SEEN +127\.0\.0\.1:1 +never$/);
    const json = await runVerb(processes, "peers", "--json", "--http", http);
    expect(JSON.parse(json.stdout)).toMatchObject([{ id: null, status: "NEVER_SEEN" }]);
  });

  test("load: every figure, its thresholds, and which one tripped", async ({ processes }) => {
    const { http } = await startFarm(processes, { flags: ["--backlog-high", "2", "--backlog-low", "1"] });
    // The worker cannot do these, so they stay.
    for (let count = 0; count < 3; count++) await runVerb(processes, "submit", "other", ana, "--http", http);
    const { code, stdout } = await runVerb(processes, "load", "--http", http);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SATURATED for .*, because of backlog$/m);
    expect(stdout).toMatch(/^backlog +3 +tasks +2 +1 +tripped$/m);
    expect(stdout).toMatch(/^estimatedWait +\d+ +ms +- +-$/m);
    const json = JSON.parse((await runVerb(processes, "load", "--json", "--http", http)).stdout);
    for (const { name } of json.terms) expect(stdout).toMatch(new RegExp(`^${name} `, "m"));
  });

  test("a reader that leaves is no failure", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    await runVerb(processes, "submit", "QUERY", ana, "--http", http);
    const { code, stderr } = await runShell(
      processes,
      '$NODE_CLI tasks --http "$1" | true; $NODE_CLI load --http "$1" | head -n 1',
      http,
    );
    expect(code).toBe(0);
    expect(stderr).toStrictEqual([]);
  });
});

describe("watch, where there is no terminal", () => {
  test("one block after the other, until it is told to end", async ({ processes }) => {
    const { http } = await startFarm(processes);
    const watching = startVerb(processes, "watch", "--interval", "0.1", "--http", http);
    const isTitle = (line: string) => (line.includes(`master master-a at http://${http}`) ? line : undefined);
    await watching.stdout.find("the first block", isTitle);
    await watching.stdout.find("the next block", isTitle, watching.stdout.lines.length);
    watching.signal("SIGTERM");
    expect(await watching.exited).toStrictEqual({ code: 0, signal: null });
    const text = watching.stdout.lines.join("\n");
    expect(text).toMatch(/^NORMAL for /m);
    expect(text).toMatch(/^worker-1 +ALIVE /m);
    expect(text).not.toContain("\u001b");
  });

  test("--json, one object per look; a master that goes away is told, and waited for", async ({ processes }) => {
    const { http, master } = await startFarm(processes);
    const watching = startVerb(processes, "watch", "--json", "--interval", "0.1", "--http", http);
    const look = await watching.stdout.find("a look", (line) => JSON.parse(line));
    expect(look).toMatchObject({
      at: expect.stringMatching(/Z$/),
      load: { state: "NORMAL" },
      workers: [{ id: "worker-1" }],
      peers: [],
      running: [],
    });
    await master.kill();
    await watching.stderr.find("that it is gone", (line) =>
      line.includes("ERR_MASTER_UNREACHABLE") ? line : undefined,
    );
    watching.signal("SIGINT");
    expect(await watching.exited).toStrictEqual({ code: 0, signal: null });
  });
});
