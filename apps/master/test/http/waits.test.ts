import { taskSchema } from "@mutirao/operator-api";
import { expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { startHandWorker } from "./support/hand-worker.ts";
import { type ServingMaster, test } from "./support/serving-master.ts";

const query = { id: "t", type: "QUERY", payload: { USER: "ana" } };
const taskOf = async (response: Response) => taskSchema.parse(await response.json());

/** Resolves once so many requests wait. */
const waiting = (master: ServingMaster, count: number) =>
  eventually(
    async () => (await (await master.ask("GET", "/metrics")).text()).match(/^mutirao_http_waits (\d+)$/m)?.[1],
  ).toBe(`${count}`);

test("a wait is over with the end of the task, for everybody who waits", async ({ serve }) => {
  const master = await serve();
  const worker = await startHandWorker(master.at);
  await master.ask("POST", "/tasks", query);
  const task = await worker.next();
  const waits = [1, 2, 3].map(() => master.ask("GET", "/tasks/t?wait=60"));
  await waiting(master, 3);
  worker.done(task, { SALDO: 1 });
  for (const wait of waits) expect(await taskOf(await wait)).toMatchObject({ state: "done", result: { SALDO: 1 } });
  await waiting(master, 0);
});

test("a cancellation is an end, too", async ({ serve }) => {
  const master = await serve();
  await master.ask("POST", "/tasks", query);
  const wait = master.ask("GET", "/tasks/t?wait=60");
  await waiting(master, 1);
  await master.ask("DELETE", "/tasks/t");
  expect(await taskOf(await wait)).toMatchObject({ state: "cancelled" });
});

test("when its time is over, the task is shown as it stands", async ({ serve }) => {
  const master = await serve();
  await master.ask("POST", "/tasks", query);
  expect(await taskOf(await master.ask("GET", "/tasks/t?wait=0.05"))).toMatchObject({ state: "pending" });
  await waiting(master, 0);
});

test("a task that has ended is not waited for", async ({ serve }) => {
  const master = await serve();
  await master.ask("POST", "/tasks", query);
  await master.ask("DELETE", "/tasks/t");
  expect(await taskOf(await master.ask("GET", "/tasks/t?wait=60"))).toMatchObject({ state: "cancelled" });
});

test("a client that leaves waits no longer", async ({ serve }) => {
  const master = await serve();
  await master.ask("POST", "/tasks", query);
  const leaving = new AbortController();
  const wait = fetch(`${master.url}/tasks/t?wait=60`, { signal: leaving.signal });
  await waiting(master, 1);
  leaving.abort();
  await expect(wait).rejects.toThrow("aborted");
  await waiting(master, 0);
});

test("above the number of waits at once the next is told to come later", async ({ serve }) => {
  const master = await serve({ limits: { waitsMax: 1 } });
  await master.ask("POST", "/tasks", query);
  const first = master.ask("GET", "/tasks/t?wait=60");
  await waiting(master, 1);
  const second = await master.ask("GET", "/tasks/t?wait=60");
  expect(second.headers.get("retry-after")).toMatch(/^\d+$/);
  expect([second.status, await second.json()]).toMatchObject([503, { code: "ERR_WAITS_FULL" }]);
  expect((await master.ask("GET", "/tasks/t")).status).toBe(200);
  await master.ask("DELETE", "/tasks/t");
  expect((await first).status).toBe(200);
});

test.for(["-1", "61", "soon", "1e1", "", "Infinity"])("?wait=%s is refused", async (wait, { serve }) => {
  const response = await (await serve()).ask("GET", `/tasks/t?wait=${wait}`);
  expect([response.status, await response.json()]).toMatchObject([422, { code: "ERR_REQUEST_INVALID", field: "wait" }]);
});
