import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { durationMs, nodeId } from "@mutirao/primitives";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { startHandWorker } from "./support/hand-worker.ts";
import { connectHttp } from "./support/raw-http.ts";
import { type ServingMaster, test } from "./support/serving-master.ts";

interface SeenEvent {
  readonly id: number;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads `/events` as a browser does. */
async function follow(master: ServingMaster, signal: AbortSignal) {
  const response = await fetch(`${master.url}/events`, { signal });
  if (response.body === null) throw new Error("there is no body");
  const lines = createInterface({ input: Readable.fromWeb(response.body as never) });
  // It ends when the test leaves.
  lines.on("error", () => {});
  const events: SeenEvent[] = [];
  const comments: string[] = [];
  let fields = new Map<string, string>();
  lines.on("line", (line) => {
    const [, name = "", value = ""] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (line.startsWith(":")) comments.push(value);
    else if (line !== "") fields.set(name, value);
    else {
      const data = fields.get("data");
      if (data !== undefined) {
        events.push({ id: Number(fields.get("id")), kind: fields.get("event") ?? "", data: JSON.parse(data) });
      }
      fields = new Map();
    }
  });
  return { response, events, comments };
}

const clientsOf = (master: ServingMaster) =>
  eventually(
    async () => (await (await master.ask("GET", "/metrics")).text()).match(/^mutirao_http_event_clients (\d+)$/m)?.[1],
  );

describe("GET /events", () => {
  test("tells of lending with every figure", async ({ serve, signal }) => {
    const master = await serve();
    const { events } = await follow(master, signal);
    await clientsOf(master).toBe("1");
    const loan = { loan: "w@1", direction: "out", worker: nodeId("w"), peer: "10.0.0.2:9101" } as const;
    const reason = "it has left for the borrower";
    master.tell({ kind: "loan-changed", ...loan, from: "offered", to: "lent", reason });
    const weighed = { backlog: 5, waitMs: durationMs(500), thresholdMs: durationMs(100) };
    master.tell({ kind: "reclaim-ordered", peer: loan.peer, workers: 1, why: "own tasks wait", weighed });
    await eventually(() => events.map(({ kind }) => kind)).toStrictEqual(["loan-changed", "reclaim-ordered"]);
    expect(events.map(({ data }) => data)).toMatchObject([
      { ...loan, from: "offered", to: "lent", reason },
      { weighed },
    ]);
  });

  test("tells every notice as it happens, numbered, as JSON", async ({ serve, signal }) => {
    const master = await serve();
    const { response, events } = await follow(master, signal);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const worker = await startHandWorker(master.at);
    await master.ask("POST", "/tasks", { id: "t", type: "QUERY", payload: { USER: "ana" } });
    worker.done(await worker.next(), { SALDO: 1 });
    await eventually(() => events.map(({ kind }) => kind)).toContain("task-recorded");
    expect(events.find(({ kind }) => kind === "worker-joined")?.data).toMatchObject({ worker: "worker-7" });
    expect(events.find(({ kind }) => kind === "task-recorded")?.data).toMatchObject({
      time: expect.stringMatching(/Z$/),
      kind: "task-recorded",
      task: "t",
      state: "done",
      worker: "worker-7",
    });
    const ids = events.map(({ id }) => id);
    expect(ids).toStrictEqual(ids.map((_, index) => (ids[0] ?? 0) + index));
  });

  test("what strangers say cannot forge an event", async ({ serve, signal }) => {
    const master = await serve();
    const { events } = await follow(master, signal);
    master.tell({ kind: "message-unknown", remote: master.at, word: "x\n\nevent: forged\ndata: {}\n\n" });
    master.tell({ kind: "registry-due" });
    await eventually(() => events.map(({ kind }) => kind)).toStrictEqual(["message-unknown", "registry-due"]);
    expect(events[0]?.data["word"]).toBe("x\n\nevent: forged\ndata: {}\n\n");
  });

  test("says now and then that it is still there", async ({ serve, signal }) => {
    const master = await serve({ limits: { heartbeatMs: 20 } });
    const { comments } = await follow(master, signal);
    await eventually(() => comments.length).toBeGreaterThan(2);
  });

  test("a client that leaves is forgotten; above the number of clients the next comes later", async ({
    serve,
    signal,
  }) => {
    const master = await serve({ limits: { eventClientsMax: 1 } });
    const leaving = new AbortController();
    await follow(master, leaving.signal);
    const refused = await fetch(`${master.url}/events`, { signal });
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: "ERR_EVENTS_FULL" }]);
    leaving.abort();
    await clientsOf(master).toBe("0");
    expect((await follow(master, signal)).response.status).toBe(200);
  });

  test("a client that does not read is dropped, and the others are not", async ({ serve, signal }) => {
    const master = await serve({ limits: { eventClientMaxBytes: 100_000 } });
    const { events } = await follow(master, signal);
    const slow = await connectHttp(master.http);
    slow.on("error", () => {});
    slow.pause();
    slow.write("GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await clientsOf(master).toBe("2");
    // More than the system takes on behalf of a client that does not read.
    const word = "x".repeat(50_000);
    let told = 0;
    while (master.access.readiness() === "ready" && told < 2_000) {
      for (let burst = 0; burst < 5; burst++) master.tell({ kind: "message-unknown", remote: master.at, word });
      told += 5;
      await eventually(() => events.length).toBe(told);
      const metrics = await (await master.ask("GET", "/metrics")).text();
      if (metrics.includes("mutirao_http_event_clients_dropped_total 1")) break;
    }
    await clientsOf(master).toBe("1");
    expect(told).toBeLessThan(2_000);
    slow.destroy();
  });
});
