import { once } from "node:events";
import { text } from "node:stream/consumers";
import { taskSchema } from "@mutirao/operator-api";
import { createMemoryTaskStore, type TaskStore, TaskStoreError } from "@mutirao/task-store";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { connectHttp } from "./support/raw-http.ts";
import { type ServingMaster, test } from "./support/serving-master.ts";

const query = { id: "t", type: "QUERY", payload: { USER: "ana" } };

const metric = (master: ServingMaster, name: string) =>
  eventually(
    async () => (await (await master.ask("GET", "/metrics")).text()).match(new RegExp(`^${name} (\\d+)$`, "m"))?.[1],
  );

describe("closing", () => {
  test("ends what waits with an answer, streams with their end, and batches after what was read", async ({ serve }) => {
    const master = await serve({ limits: { closeGraceMs: 60_000 } });
    await master.ask("POST", "/tasks", query);
    const wait = master.ask("GET", "/tasks/t?wait=60");
    const events = await fetch(`${master.url}/events`);
    const batch = await connectHttp(master.http);
    const line = '{"id":"b","type":"QUERY","payload":{"USER":1}}\n{"id":"half';
    batch.write("POST /tasks:batch HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    batch.write(`${line.length.toString(16)}\r\n${line}\r\n`);
    await metric(master, "mutirao_http_waits").toBe("1");
    await metric(master, "mutirao_backlog_tasks").toBe("2");
    const heard = text(batch);
    await master.closeHttp();
    expect(taskSchema.parse(await (await wait).json())).toMatchObject({ state: "pending" });
    expect(await events.text()).toBe("retry: 2000\n\n");
    expect(await heard).toContain('{"line":1,"id":"b","status":202}');
    await expect(master.ask("GET", "/healthz")).rejects.toThrow("fetch failed");
  });

  test("connections that are kept open, or were opened ahead of time, do not hold it up", async ({ serve }) => {
    const master = await serve({ limits: { closeGraceMs: 60_000 } });
    const early = await connectHttp(master.http);
    const slow = await connectHttp(master.http);
    slow.write("GET /he");
    const idle = await connectHttp(master.http);
    idle.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(idle, "data");
    const closed = [idle, early, slow].map((socket) => once(socket.resume(), "close"));
    await master.closeHttp();
    await Promise.all(closed);
  });

  test("a request that does not end is cut after the grace", async ({ serve }) => {
    const master = await serve({ limits: { closeGraceMs: 50 } });
    const stuck = await connectHttp(master.http);
    stuck.on("error", () => {});
    stuck.write("POST /tasks HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{");
    const closed = once(stuck, "close");
    await metric(master, "mutirao_http_waits").toBe("0");
    await master.closeHttp();
    await closed;
  });
});

/** A store on a disk that fills up, or breaks, when the test says so. */
function createFrailStore(): TaskStore & { problem: TaskStoreError | undefined } {
  const store = createMemoryTaskStore();
  const frail = {
    ...store,
    problem: undefined as TaskStoreError | undefined,
    async write(changes: Parameters<TaskStore["write"]>[0]) {
      if (frail.problem !== undefined) throw frail.problem;
      await store.write(changes);
    },
    async get(id: Parameters<TaskStore["get"]>[0]) {
      if (frail.problem !== undefined) throw frail.problem;
      return store.get(id);
    },
  };
  return frail;
}

describe("a store in trouble", () => {
  test("while the disk is full nothing is accepted, and each is told to come back", async ({ serve }) => {
    const store = createFrailStore();
    const master = await serve({ store });
    store.problem = new TaskStoreError("ERR_STORE_FULL", "no space left on device");
    const refused = await master.ask("POST", "/tasks", query);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: "ERR_STORE_FULL_NOW" }]);
    const batch = await fetch(`${master.url}/tasks:batch`, { method: "POST", body: JSON.stringify(query) });
    expect(JSON.parse(await batch.text())).toMatchObject({ status: 503, problem: { code: "ERR_STORE_FULL_NOW" } });
    store.problem = undefined;
    expect((await master.ask("POST", "/tasks", query)).status).toBe(202);
  });

  test("what cannot be read is said so, and is not unknown", async ({ serve }) => {
    const store = createFrailStore();
    const master = await serve({ store });
    store.problem = new TaskStoreError("ERR_STORE_FAILED", "disk I/O error");
    const response = await master.ask("GET", "/tasks/t");
    expect([response.status, await response.json()]).toMatchObject([503, { code: "ERR_STORE_FAILED" }]);
    expect((await master.ask("GET", "/load")).status).toBe(200);
  });
});

test.for(["starting", "store-failed", "stopping"] as const)(
  "a master that is %s is not ready",
  async (readiness, { serve }) => {
    const master = await serve();
    expect((await master.ask("GET", "/readyz")).status).toBe(200);
    master.setReadiness(readiness);
    const response = await master.ask("GET", "/readyz");
    expect([response.status, await response.json()]).toMatchObject([503, { code: "ERR_MASTER_NOT_READY" }]);
    expect((await master.ask("GET", "/healthz")).status).toBe(200);
  },
);

test("a mistake of ours is 500, is logged, and tells nothing of our insides", async ({ serve }) => {
  const store = createMemoryTaskStore();
  const list = (): Promise<never> => Promise.reject(new Error("secret"));
  const master = await serve({ store: { ...store, list } });
  const response = await master.ask("GET", "/tasks");
  const answer = await response.text();
  expect([response.status, JSON.parse(answer)]).toMatchObject([500, { code: "ERR_INTERNAL" }]);
  expect(answer).not.toContain("secret");
  expect(master.logged.map((line) => JSON.parse(line))).toMatchObject([
    { event: "http-failed", err: { message: "secret" }, method: "GET", url: "/tasks" },
  ]);
});
