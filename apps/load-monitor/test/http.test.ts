import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyDelta } from "@mutirao/monitor-model/page";
import type { ApiRoute } from "@mutirao/operator-api";
import {
  type MonitorDelta,
  type MonitorSnapshot,
  monitorDeltaSchema,
  monitorDocument,
  monitorRoutes,
  monitorSnapshotSchema,
} from "@mutirao/operator-api/monitor";
import { connectRaw } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { createEventParser, type StreamEvent } from "../src/follow/event-parser.ts";
import { pagePolicy } from "../src/http/static-page.ts";
import { eventually } from "./support/eventually.ts";
import { reportLine } from "./support/report-line.ts";
import { type ServingMonitor, test } from "./support/serving-monitor.ts";

async function report(monitor: ServingMonitor, ...lines: readonly string[]): Promise<void> {
  const client = await connectRaw(monitor.at);
  client.write(lines.map((line) => `${line}\n`).join(""));
  client.end();
  await client.closed();
}

const routes = Object.entries<ApiRoute>(monitorRoutes);

describe("the table of routes and what is served are the same", () => {
  test.for(routes)("%s", async ([, { path, answers, refusals }], { serve, signal }) => {
    const monitor = await serve();
    await report(monitor, reportLine("m1"), reportLine("m2"));
    const leaving = new AbortController();
    const url = monitor.url + path.replace("{id}", "m1");
    const response = await fetch(url, { signal: AbortSignal.any([signal, leaving.signal]) });
    expect([...Object.keys(answers).map(Number), ...refusals]).toContain(response.status);
    const answer = answers[response.status];
    const mediaType = response.headers.get("content-type")?.split(";")[0];
    expect(mediaType).toBe(answer === undefined ? "application/problem+json" : answer.content.mediaType);
    if (mediaType === "application/json" && answer !== undefined && "schema" in answer.content) {
      expect(answer.content.schema.safeParse(await response.json())).toMatchObject({ success: true });
    }
    leaving.abort();
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
  });

  test("the document is served as it is", async ({ serve }) => {
    const served = await (await (await serve()).get("/openapi.json")).json();
    expect(served).toStrictEqual(JSON.parse(JSON.stringify(monitorDocument())));
  });

  test.for([
    ["/api/masters/nobody", 404, "ERR_MASTER_UNKNOWN"],
    ["/api/diff?left=m1&right=nobody", 404, "ERR_MASTER_UNKNOWN"],
    ["/api/diff?left=m1", 422, "ERR_REQUEST_INVALID"],
    ["/api/notices?limit=0", 422, "ERR_REQUEST_INVALID"],
    ["/api/notices?n=1", 422, "ERR_REQUEST_INVALID"],
    ["/api/history?master=m1&minutes=9999", 422, "ERR_REQUEST_INVALID"],
    ["/api/history?master=m1", 503, "ERR_HISTORY_OFF"],
    ["/api/nothing", 404, "ERR_ROUTE_UNKNOWN"],
    ["/../../etc/passwd", 404, "ERR_ROUTE_UNKNOWN"],
    ["/%2e%2e/%2e%2e/etc/passwd", 404, "ERR_ROUTE_UNKNOWN"],
  ] as const)("%s is answered %i %s", async ([path, status, code], { serve }) => {
    const monitor = await serve();
    await report(monitor, reportLine("m1"));
    const response = await monitor.get(path);
    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
  });
});

test("an id that looks like a number is an id", async ({ serve }) => {
  const monitor = await serve();
  const neighbors = (status: string) => [{ server_uuid: "3", status }];
  await report(
    monitor,
    reportLine("1", { neighbors: neighbors("available") }),
    reportLine("2", { neighbors: neighbors("x") }),
  );
  expect(await (await monitor.get("/api/diff?left=1&right=2")).json()).toStrictEqual({
    ...{ left: "1", right: "2", rows: [{ peer: "3", left: "ALIVE", right: "TIMEOUT", differs: true }] },
  });
  expect(await (await monitor.get("/api/notices?master=1")).json()).toMatchObject([
    { kind: "master-appeared", master: "1" },
  ]);
  expect(await (await monitor.get("/api/notices?text=APPEARED&limit=1")).json()).toMatchObject([{ master: "2" }]);
});

describe("GET /events", () => {
  async function follow(monitor: ServingMonitor, signal: AbortSignal) {
    const response = await fetch(`${monitor.url}/events`, { signal });
    const events: StreamEvent[] = [];
    const parser = createEventParser();
    const read = async (): Promise<void> => {
      for await (const chunk of response.body ?? []) events.push(...(parser.push(Buffer.from(chunk).toString()) ?? []));
    };
    read().catch(() => {});
    return { response, events };
  }

  test("begins with everything and goes on with what changes: both together are the present", async ({
    serve,
    signal,
  }) => {
    const monitor = await serve();
    await report(monitor, reportLine("m1"));
    const { response, events } = await follow(monitor, signal);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    await eventually(() => events[0]?.event).toBe("snapshot");
    await report(monitor, reportLine("m1", { timestamp: null }), reportLine("m2"));
    await eventually(() => events.filter(({ data }) => data.includes('"m2"')).length).toBeGreaterThan(0);
    const first = monitorSnapshotSchema.parse(JSON.parse(events[0]?.data ?? ""));
    const followed = events.slice(1).reduce<MonitorSnapshot>((before, { event, data }) => {
      expect(event).toBe("delta");
      return applyDelta(before, monitorDeltaSchema.parse(JSON.parse(data)) as MonitorDelta);
    }, first);
    const present = await monitor.snapshot();
    expect({ ...followed, status: present.status }).toStrictEqual(present);
  });

  test("has a limit of clients", async ({ serve, signal }) => {
    const monitor = await serve({ server: { eventClientsMax: 1 } });
    await follow(monitor, signal);
    const refused = await monitor.get("/events");
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: "ERR_EVENTS_FULL" }]);
  });
});

describe("the page", () => {
  test("says that it is not built, with the policy that it will have", async ({ serve }) => {
    const response = await (await serve()).get("/");
    expect(await response.text()).toContain("The page is not built");
    expect(response.headers.get("content-security-policy")).toBe(pagePolicy);
    expect(pagePolicy).toMatch(/default-src 'none'; script-src 'self';/);
    expect(pagePolicy).not.toMatch(/unsafe/);
  });

  test("is served as it was built, and nothing beside it", async ({ serve, onTestFinished }) => {
    const folder = mkdtempSync(join(tmpdir(), "mutirao-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>built</title>");
    writeFileSync(join(folder, "assets", "app-1a2b.js"), "export {};");
    writeFileSync(join(folder, "secret.txt"), "no");
    const monitor = await serve({ pageFolder: folder });
    expect(await (await monitor.get("/")).text()).toContain("built");
    const script = await monitor.get("/assets/app-1a2b.js");
    expect(script.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect(script.headers.get("content-security-policy")).toBe(pagePolicy);
    expect((await monitor.get("/secret.txt")).status).toBe(404);
  });
});
