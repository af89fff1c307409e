import { connectRaw } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { reportLine } from "./support/report-line.ts";
import { type ServingMonitor, test } from "./support/serving-monitor.ts";

/** Sends bytes on a connection of their own, and half-closes it. Gives what the monitor said. */
async function send(monitor: ServingMonitor, ...pieces: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  const client = await connectRaw(monitor.at);
  for (const piece of pieces) client.write(piece);
  client.end();
  return client.closed();
}

const ids = (monitor: ServingMonitor) => monitor.model.parts().masters.map(({ id }) => id);

describe("reports", () => {
  test("come one to a connection, with a newline and without, and are never answered", async ({ serve }) => {
    const monitor = await serve();
    expect(await send(monitor, `${reportLine("m1")}\n`)).toStrictEqual([]);
    expect(await send(monitor, reportLine("m2"))).toStrictEqual([]);
    expect(await send(monitor, `${reportLine("m3")}\r\n\r\n`)).toStrictEqual([]);
    expect(ids(monitor)).toStrictEqual(["m1", "m2", "m3"]);
    expect(monitor.model.status()).toMatchObject({ reports: 3, violations: 0 });
  });

  test("come many to a connection, in any chunking", async ({ serve }) => {
    const monitor = await serve();
    const text = Array.from({ length: 20 }, (_, index) => `${reportLine(`é${index}`)}\n`).join("");
    const bytes = Buffer.from(text);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 7) pieces.push(bytes.subarray(at, at + 7));
    expect(await send(monitor, ...pieces)).toStrictEqual([]);
    expect(ids(monitor)).toHaveLength(20);
    expect(monitor.model.status()).toMatchObject({ reports: 20, violations: 0 });
  });

  test("may be as long as a line may be, though their sender is not known", async ({ serve }) => {
    const monitor = await serve();
    const neighbors = Array.from({ length: 1_000 }, (_, index) => ({ server_uuid: `m${index}`, status: "available" }));
    const line = reportLine("m1", { neighbors });
    expect(line.length).toBeGreaterThan(40_000);
    await send(monitor, line);
    expect(monitor.model.master("m1")).toMatchObject({ peersLeftOut: 1_000 - 256 });
  });

  test("with figures that are missing, negative or of the wrong type say what they can", async ({ serve }) => {
    const monitor = await serve();
    const performance = {
      system: { cpu: "hot", memory: { percent_used: -5 }, uptime_seconds: "12" },
      farm_state: { workers: [], tasks: { tasks_pending: -1, tasks_running: "2" } },
      config_thresholds: null,
      neighbors: { m2: "available" },
    };
    await send(monitor, reportLine("m1", { performance, timestamp: "1999-13-45", mensage_id: 7 }));
    expect(monitor.model.master("m1")).toMatchObject({
      ...{ state: "UNKNOWN", backlog: null, running: 2, backlogHigh: null, peers: [], clockSkewMs: null },
      machine: { uptimeS: 12, cpuPercent: null, memoryPercent: null },
    });
    expect(monitor.model.status()).toMatchObject({ violations: 0 });
  });

  test("with a clock a year off are as old as they are", async ({ serve }) => {
    const monitor = await serve();
    const year = 365 * 86_400_000;
    await send(monitor, reportLine("ahead", { timestamp: new Date(Date.now() + year).toISOString() }));
    await send(monitor, reportLine("behind", { timestamp: new Date(Date.now() - year).toISOString() }));
    const [ahead, behind] = monitor.model.parts().masters;
    expect(ahead).toMatchObject({
      freshness: "fresh",
      clockSkewMs: expect.toSatisfy((ms) => Math.abs(ms - year) < 60_000),
    });
    expect(behind).toMatchObject({
      freshness: "fresh",
      clockSkewMs: expect.toSatisfy((ms) => Math.abs(ms + year) < 60_000),
    });
  });

  test("with markup for ids are shown as they are, as JSON", async ({ serve }) => {
    const monitor = await serve();
    const id = `"><img src=x onerror="alert(1)"></script>`;
    await send(monitor, reportLine(id));
    const answer = await monitor.get(`/api/masters/${encodeURIComponent(id)}`);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answer.json()).toMatchObject({ id });
    const metrics = await (await monitor.get("/metrics")).text();
    expect(metrics).toContain(`mutirao_master_up{master="\\"><img src=x onerror=\\"alert(1)\\"></script>"} 1`);
  });
});

describe("what is no report is counted by its sender, and disturbs nothing", () => {
  test.for([
    ["garbage", "hello\n", "ERR_LINE_NOT_JSON"],
    ["binary", Buffer.from([0xff, 0xfe, 0x00, 0x0a]), "ERR_LINE_NOT_UTF8"],
    ["HTTP", "GET / HTTP/1.1\r\n", "ERR_LINE_NOT_JSON"],
    ["a half line", reportLine("m9").slice(0, 100), "ERR_LINE_NOT_JSON"],
    ["an array", "[1,2]\n", "ERR_LINE_NOT_OBJECT"],
    ["a huge line", "x".repeat(70_000), "ERR_LINE_TOO_LONG"],
    ["deep JSON", `{"a":${"[".repeat(40)}${"]".repeat(40)}}\n`, "ERR_LINE_TOO_DEEP"],
    ["wide JSON", `{"a":[${"1,".repeat(2_000)}1]}\n`, "ERR_LINE_TOO_WIDE"],
    ["no id", '{"task":"performance_report"}\n', "ERR_FIELD_INVALID"],
    ["an id of another type", '{"task":"performance_report","server_uuid":{"a":1}}\n', "ERR_FIELD_INVALID"],
    ["an id that is too long", `${reportLine("x".repeat(129))}\n`, "ERR_FIELD_INVALID"],
    ["a heartbeat", '{"TASK":"HEARTBEAT"}\n', "ERR_NOT_A_REPORT"],
    ["an unknown word", '{"TASK":"DANCE"}\n', "ERR_NOT_A_REPORT"],
    ["an object without a word", "{}\n", "ERR_NOT_A_REPORT"],
  ] as const)("%s", async ([, bytes, code], { serve }) => {
    const monitor = await serve();
    expect(await send(monitor, bytes)).toStrictEqual([]);
    await send(monitor, reportLine("m1"));
    expect(ids(monitor)).toStrictEqual(["m1"]);
    const { sources, status } = await monitor.snapshot();
    expect(status).toMatchObject({ reports: 1, violations: 1 });
    expect(sources).toMatchObject([
      { host: "127.0.0.1", reports: 1, violations: 1, byCode: { [code]: 1 }, lastCode: code },
    ]);
    expect(sources[0]?.lastDetail).toMatch(/^[ -~]{0,128}$/);
  });

  test("a line that is never finished, and a connection that says nothing", async ({ serve }) => {
    const monitor = await serve({ transport: { firstLineMs: 200 as never, lineMs: 200 as never } });
    const [half, mute] = [await connectRaw(monitor.at), await connectRaw(monitor.at)];
    half.write('{"task":');
    await Promise.all([half.closed(), mute.closed()]);
    await eventually(() => monitor.model.status().violations).toBe(2);
  });

  test("ten bad lines end a connection, and what comes after is not read", async ({ serve }) => {
    const monitor = await serve();
    const client = await connectRaw(monitor.at);
    client.write("x\n".repeat(50));
    await client.closed();
    expect(monitor.model.status()).toMatchObject({ violations: 10 });
  });

  test("a sender that floods is not read any more, others are, and memory is bounded", async ({ serve }) => {
    const monitor = await serve();
    const line = `${reportLine("flood")}\n`;
    const before = process.memoryUsage.rss();
    // As many lines as a connection may bring at once, on several of them.
    const flood = async (): Promise<void> => {
      const client = await connectRaw(monitor.at);
      client.write(line.repeat(900));
      client.end();
      await client.closed();
    };
    await Promise.all(Array.from({ length: 10 }, flood));
    const { reports, dropped } = monitor.model.status();
    expect(dropped).toBeGreaterThan(0);
    expect(reports).toBeLessThan(9_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1_024 * 1_024);
    expect(ids(monitor)).toStrictEqual(["flood"]);
    expect((await monitor.get("/healthz")).status).toBe(200);
    // Its budget fills up again.
    await eventually(async () => {
      await send(monitor, reportLine("later"));
      return ids(monitor);
    }).toContain("later");
  });

  test("1,000 connections that say nothing keep nobody from reporting", { timeout: 60_000 }, async ({ serve }) => {
    const monitor = await serve({ transport: { connectionsPerSourceMax: 500, connectionsUnidentifiedMax: 400 } });
    const crowd = await Promise.all(Array.from({ length: 1_000 }, () => connectRaw(monitor.at)));
    await send(monitor, reportLine("m1"));
    await eventually(() => ids(monitor)).toStrictEqual(["m1"]);
    for (const client of crowd) client.destroy();
    await eventually(() => monitor.model.status().violations).toBeGreaterThan(0);
    await send(monitor, reportLine("m2"));
    await eventually(() => ids(monitor)).toStrictEqual(["m1", "m2"]);
  });

  test("ids without end make room from among their own", async ({ serve }) => {
    const monitor = await serve({ mastersMax: 10 });
    await send(monitor, Array.from({ length: 100 }, (_, index) => `${reportLine(`m${index}`)}\n`).join(""));
    expect(ids(monitor)).toHaveLength(10);
    expect(monitor.model.status()).toMatchObject({ mastersRefused: 90 });
  });
});
