import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe } from "vitest";
import { startFarm } from "./support/farm.ts";
import { hasTerminals, test } from "./support/terminal.ts";

const HANG_GUARD = { timeout: 30_000, interval: 20 };

describe.skipIf(!hasTerminals)("on a terminal", () => {
  test("watch takes the screen, shows the master, and gives the screen back when q is pressed", async ({
    processes,
    onTerminal,
    expect,
  }) => {
    const { http } = await startFarm(processes);
    const watching = onTerminal("watch", "--interval", "0.1", "--http", http);
    await expect.poll(watching.shown, HANG_GUARD).toContain("worker-1");
    const shown = watching.shown();
    expect(shown.startsWith("\u001b[?1049h\u001b[?25l")).toBe(true);
    expect(stripVTControlCharacters(shown)).toContain(`master master-a at http://${http}`);
    watching.type("q");
    expect(await watching.exited).toBe(0);
    expect(watching.shown().endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
  });

  test("watch says when the master is gone, leaves what it knew on the screen, and ends with Ctrl-C", async ({
    processes,
    onTerminal,
    expect,
  }) => {
    const { http, master } = await startFarm(processes);
    const watching = onTerminal("watch", "--interval", "0.1", "--http", http);
    await expect.poll(watching.shown, HANG_GUARD).toContain("worker-1");
    await master.kill();
    await expect.poll(watching.shown, HANG_GUARD).toContain(`no master answers at http://${http}`);
    watching.type("\u0003");
    expect(await watching.exited).toBe(0);
  });

  test("submit shows how far a file has come, and takes that off again", async ({ processes, onTerminal, expect }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const file = join(await processes.newFolder(), "tasks.ndjson");
    await writeFile(file, `{"type":"t","payload":"${"x".repeat(200)}"}\n`.repeat(20_000));
    const submitting = onTerminal("submit", "--file", file, "--http", http);
    expect(await submitting.exited).toBe(0);
    expect(submitting.shown()).toMatch(/\r\[#+-*\] +\d+ % [\d,]+ tasks, [\d,]+\/s/);
    expect(submitting.shown()).toContain("\r\u001b[K20,000 tasks accepted in ");
  });

  test("tables are cut at its edge, and in colour", async ({ processes, onTerminal, expect }) => {
    const { http } = await startFarm(processes);
    const listing = onTerminal("workers", "--http", http);
    expect(await listing.exited).toBe(0);
    expect(listing.shown()).toContain("\u001b[32mALIVE");
    const lines = stripVTControlCharacters(listing.shown()).split("\r\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });
});
