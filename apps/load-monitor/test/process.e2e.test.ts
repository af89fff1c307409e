import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connectRaw, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { type MonitorUnderTest, runCli, runMonitor, startMaster, startMonitor } from "./support/monitor-under-test.ts";
import { reportLine } from "./support/report-line.ts";

async function report(monitor: MonitorUnderTest, ...lines: readonly string[]): Promise<void> {
  const client = await connectRaw(monitor.at);
  client.write(lines.map((line) => `${line}\n`).join(""));
  client.end();
  await client.closed();
}

const stalled = reportLine("m1", {
  performance: { farm_state: { workers: { workers_alive: 0 }, tasks: { tasks_pending: 4 } } },
});

describe("a load monitor", () => {
  test("shows after a restart what was before, and ends in good order", async ({ processes }) => {
    const place = ["--data-dir", await processes.newFolder()];
    const first = await startMonitor(processes, ...place);
    await report(first, reportLine("m1"));
    await eventually(async () => (await first.snapshot()).masters.length).toBe(1);
    first.signal("SIGTERM");
    expect(await first.exited).toStrictEqual({ code: 0, signal: null });
    const second = await startMonitor(processes, ...place);
    expect(await second.snapshot()).toMatchObject({
      masters: [{ id: "m1", backlog: 3, reports: 0 }],
      notices: [{ n: 1, kind: "master-appeared", master: "m1" }],
      status: { history: { state: "on" }, reports: 0 },
    });
    expect(await second.get("/api/history?master=m1")).toMatchObject({ backlog: [3] });
    // A crash loses nothing of what was before it.
    await second.kill();
    const third = await startMonitor(processes, ...place);
    expect((await third.snapshot()).masters).toMatchObject([{ id: "m1" }]);
  });

  test("sees a master of ours with its state, its workers and, at once, its notices", async ({ processes }) => {
    const monitor = await startMonitor(processes, "--history", "off");
    startMaster(processes, monitor, "--id", "m1");
    await eventually(async () => (await monitor.snapshot()).masters).toMatchObject([
      ...[{ id: "m1", isOurs: true, isFollowed: true, state: "NORMAL", isInferred: false, backlogHigh: 10, slots: 0 }],
    ]);
    const { masters } = await monitor.snapshot();
    const handed = await fetch(`http://${masters[0]?.http}/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"type":"QUERY","payload":{"USER":"ana"}}',
    });
    expect(handed.status).toBe(202);
    await eventually(async () => (await monitor.snapshot()).notices).toContainEqual(
      expect.objectContaining({ master: "m1", kind: "load-changed", severity: "alarm" }),
    );
    await eventually(async () => (await monitor.snapshot()).alarms).toMatchObject([{ kind: "STALLED", master: "m1" }]);
  });

  test("hands alarms on, and tries again where they are not taken", async ({ processes, onTestFinished }) => {
    const bodies: string[] = [];
    const hook = createServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(body);
        response.writeHead(bodies.length === 1 ? 500 : 204).end();
      });
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void hook.close());
    await once(hook, "listening");
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/alarms`;
    const monitor = await startMonitor(processes, "--history", "off", "--webhook", url);
    await report(monitor, stalled);
    await eventually(() => bodies.length).toBe(2);
    expect(bodies[1]).toBe(bodies[0]);
    expect(JSON.parse(bodies[1] ?? "")).toMatchObject({ event: "raised", alarm: { kind: "STALLED", master: "m1" } });
    await report(monitor, reportLine("m1"));
    await eventually(() => bodies.length).toBe(3);
    expect(JSON.parse(bodies[2] ?? "")).toMatchObject({ event: "cleared", alarm: { clearedAt: expect.any(String) } });
    expect((await monitor.snapshot()).status.webhook).toStrictEqual({ waiting: 0, delivered: 2, failed: 0 });
  });

  test("is asked by node-cli check whether an alarm stands", async ({ processes }) => {
    const monitor = await startMonitor(processes, "--history", "off");
    await report(monitor, reportLine("m1"));
    const check = (...flags: readonly string[]) => runCli(processes, "check", "--monitor", monitor.http, ...flags);
    expect(await check()).toStrictEqual({ code: 0, stdout: "no alarm stands, of 1 master", stderr: [] });
    await report(monitor, stalled);
    await eventually(async () => (await monitor.snapshot()).alarms.length).toBe(1);
    const alarming = await check();
    expect(alarming).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^STALLED {2}m1 is STALLED: 4 tasks wait/),
    });
    expect(alarming.stderr).toStrictEqual([expect.stringMatching(/\[ERR_ALARMS_STAND\]$/)]);
    const { stdout } = await check("--json");
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, masters: 1, reasons: [{ kind: "STALLED" }] });
    await monitor.kill();
    expect(await check()).toMatchObject({ code: 3, stderr: [expect.stringContaining("[ERR_MONITOR_UNREACHABLE]")] });
  });

  test("plays a recording through the same API", async ({ processes }) => {
    const folder = await processes.newFolder();
    const live = await startMonitor(processes, "--history", "off");
    await report(live, reportLine("m1"));
    await eventually(async () => (await live.snapshot()).masters.length).toBe(1);
    const before = await live.snapshot();
    const entry = (at: number, event: string, data: unknown): string => `${JSON.stringify({ at, event, data })}\n`;
    const gone = { masters: ["m1"], workers: [], loans: [], alarms: [] };
    const lists = { masters: [], workers: [], loans: [], notices: [], exchanges: [], alarms: [], sources: [] };
    const delta = { status: before.status, ...lists, gone };
    const file = join(folder, "recording.ndjson");
    writeFileSync(file, entry(1_000_000, "snapshot", before) + entry(11_000_000, "delta", delta));
    const slow = await startMonitor(processes, "--replay", file);
    expect(await slow.snapshot()).toMatchObject({
      masters: [{ id: "m1", backlog: 3 }],
      status: { now: before.status.now, listening: null, replay: { speed: 1, isOver: false } },
    });
    const quick = await startMonitor(processes, "--replay", file, "--speed", "10000");
    await eventually(async () => (await quick.snapshot()).status.replay).toStrictEqual({ speed: 10_000, isOver: true });
    expect((await quick.snapshot()).masters).toStrictEqual([]);
  });

  test.for([
    { flags: ["--http", "0.0.0.0:0"], says: /--http 0\.0\.0\.0:0 .*--http-anywhere.*\[ERR_OPTION_CONFLICT\]/ },
    { flags: ["--listen", "9190"], says: /--listen.*\[ERR_OPTION_INVALID\]/ },
    { flags: ["--webhook", "ftp://x"], says: /--webhook.*\[ERR_OPTION_INVALID\]/ },
    { flags: ["--speed", "0"], says: /--speed.*\[ERR_OPTION_INVALID\]/ },
    { flags: ["--replay", "/no/such/file"], says: /no\/such\/file.*ENOENT.*\[ERR_RECORDING_UNREADABLE\]/ },
    { flags: ["--listen", "192.0.2.1:0", "--history", "off"], says: /--listen.*\[ERR_HOST_NOT_LOCAL\]/ },
  ])("$flags is refused in one line, with exit code 2", async ({ flags, says }, { processes }) => {
    const running = runMonitor(processes, ...flags);
    expect(await running.exited).toStrictEqual({ code: 2, signal: null });
    expect(running.stderr.lines).toStrictEqual([expect.stringMatching(says)]);
  });

  test("with a history that is damaged does not begin, and says what to do", async ({ processes }) => {
    const folder = await processes.newFolder();
    writeFileSync(join(folder, "history.sqlite"), "no database at all ".repeat(500));
    const running = runMonitor(processes, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data-dir", folder);
    expect(await running.exited).toStrictEqual({ code: 2, signal: null });
    expect(running.stderr.lines).toStrictEqual([expect.stringMatching(/\[ERR_HISTORY_CORRUPT\]$/)]);
  });
});
