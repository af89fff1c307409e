import { acceptanceSchema, taskListSchema, taskSchema } from "@mutirao/operator-api";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { startHandWorker } from "./support/hand-worker.ts";
import { type ServingMaster, test } from "./support/serving-master.ts";

const query = { type: "QUERY", payload: { USER: "ana" } };
const taskOf = async (response: Response) => taskSchema.parse(await response.json());
const problemIn = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as Readonly<Record<string, unknown>>),
});
const submit = async (master: ServingMaster, task: object): Promise<string> =>
  acceptanceSchema.parse(await (await master.ask("POST", "/tasks", task)).json()).id;

describe("POST /tasks", () => {
  test("is answered 202 with the id, and says where the task is found", async ({ serve }) => {
    const master = await serve();
    const response = await master.ask("POST", "/tasks", query);
    expect(response.status).toBe(202);
    const { id, state } = acceptanceSchema.parse(await response.json());
    expect(state).toBe("pending");
    expect(response.headers.get("location")).toBe(`/tasks/${id}`);
    expect(await taskOf(await master.ask("GET", `/tasks/${id}`))).toStrictEqual({
      id,
      type: "QUERY",
      state: "pending",
      priority: 0,
      attempts: 0,
      maxAttempts: 3,
      timeoutMs: 60_000,
      failures: 0,
      losses: 0,
      worker: null,
      result: null,
      error: null,
      progress: null,
      acceptedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      startedAt: null,
      endedAt: null,
      stories: [],
      payload: { USER: "ana" },
    });
  });

  test("takes an id, a priority and limits", async ({ serve }) => {
    const master = await serve();
    const task = { ...query, id: "order/4711", priority: -7, timeoutMs: 5, maxAttempts: 100 };
    expect(await submit(master, task)).toBe("order/4711");
    const shown = await taskOf(await master.ask("GET", `/tasks/${encodeURIComponent("order/4711")}`));
    expect(shown).toMatchObject({ id: "order/4711", priority: -7, timeoutMs: 5, maxAttempts: 100 });
  });

  test("an id that was handed in before is answered 200 with that task, whatever the second one says", async ({
    serve,
  }) => {
    const master = await serve();
    const worker = await startHandWorker(master.at);
    await submit(master, { ...query, id: "twice" });
    const task = await worker.next();
    const running = await master.ask("POST", "/tasks", { ...query, id: "twice", payload: { USER: "bia" } });
    expect([running.status, await running.json()]).toStrictEqual([200, { id: "twice", state: "running" }]);
    worker.done(task, { SALDO: 1 });
    const ended = await taskOf(await master.ask("GET", "/tasks/twice?wait=30"));
    expect(ended).toMatchObject({ state: "done", payload: { USER: "ana" } });
    const again = await master.ask("POST", "/tasks", { ...query, id: "twice" });
    expect([again.status, await again.json()]).toStrictEqual([200, { id: "twice", state: "done" }]);
  });

  test("many at once under one id are one task", async ({ serve }) => {
    const master = await serve();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => master.ask("POST", "/tasks", { ...query, id: "one" })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toStrictEqual([...Array(19).fill(200), 202]);
    expect(taskListSchema.parse(await (await master.ask("GET", "/tasks")).json())).toHaveLength(1);
  });

  test("a full backlog is 503, and says when to try again", async ({ serve }) => {
    const master = await serve({ master: { backlogMax: 2 } });
    await submit(master, query);
    await submit(master, query);
    const response = await master.ask("POST", "/tasks", query);
    expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(await problemIn(response)).toMatchObject({ status: 503, code: "ERR_BACKLOG_FULL", retryAfterS: 5 });
    expect(taskListSchema.parse(await (await master.ask("GET", "/tasks")).json())).toHaveLength(2);
  });
});

describe("a task's life, as it is shown", () => {
  test("running, with its progress; then done, with its result", async ({ serve }) => {
    const master = await serve();
    const worker = await startHandWorker(master.at);
    const id = await submit(master, query);
    const task = await worker.next();
    worker.progress(task, 0.5, "half");
    await eventually(async () => (await taskOf(await master.ask("GET", `/tasks/${id}`))).progress).toStrictEqual({
      fraction: 0.5,
      note: "half",
    });
    expect(await taskOf(await master.ask("GET", `/tasks/${id}`))).toMatchObject({
      state: "running",
      attempts: 1,
      worker: "worker-7",
      startedAt: expect.any(String),
      endedAt: null,
    });
    worker.done(task, { SALDO: 12.5, list: [1, null, "é\u2028"] });
    expect(await taskOf(await master.ask("GET", `/tasks/${id}?wait=30`))).toMatchObject({
      state: "done",
      worker: "worker-7",
      result: { SALDO: 12.5, list: [1, null, "é\u2028"] },
      error: null,
      endedAt: expect.any(String),
    });
  });

  test("failed, with its error and its stories; and tried again by hand", async ({ serve }) => {
    const master = await serve();
    const worker = await startHandWorker(master.at);
    const id = await submit(master, { ...query, maxAttempts: 1 });
    worker.fail(await worker.next(), "ERR_NO_SUCH_USER", "no such user: ana");
    const failed = await taskOf(await master.ask("GET", `/tasks/${id}?wait=30`));
    expect(failed).toMatchObject({
      state: "failed",
      failures: 1,
      result: null,
      error: { code: "ERR_NO_SUCH_USER", message: "no such user: ana" },
      stories: [{ attempt: 1, worker: "worker-7", code: "ERR_NO_SUCH_USER" }],
    });
    const retried = await master.ask("POST", `/tasks/${id}/retry`);
    expect([retried.status, await retried.json()]).toStrictEqual([202, { id, state: "pending" }]);
    worker.done(await worker.next(), { SALDO: 1 });
    expect(await taskOf(await master.ask("GET", `/tasks/${id}?wait=30`))).toMatchObject({ state: "done" });
    const done = await problemIn(await master.ask("POST", `/tasks/${id}/retry`));
    expect(done).toMatchObject({ status: 409, code: "ERR_TASK_DONE" });
  });
});

describe("GET /tasks", () => {
  test("lists by state and number, without payloads", async ({ serve }) => {
    const master = await serve();
    for (const id of ["a", "b", "c"]) await submit(master, { ...query, id });
    await master.ask("DELETE", "/tasks/b");
    const list = async (search: string) =>
      taskListSchema.parse(await (await master.ask("GET", `/tasks${search}`)).json());
    expect((await list("")).map(({ id }) => id)).toStrictEqual(["c", "b", "a"]);
    expect((await list("?state=pending")).map(({ id }) => id).toSorted()).toStrictEqual(["a", "c"]);
    expect((await list("?state=cancelled")).map(({ id, state }) => [id, state])).toStrictEqual([["b", "cancelled"]]);
    expect(await list("?state=done&limit=5")).toStrictEqual([]);
    expect(await list("?limit=2")).toHaveLength(2);
    expect((await list(""))[0]).not.toHaveProperty("payload");
  });

  test.for([
    ["limit", "limit=0"],
    ["limit", "limit=1001"],
    ["limit", "limit=1.5"],
    ["limit", "limit="],
    ["limit", "limit=0x10"],
    ["limit", "limit=1&limit=2"],
    ["state", "state=sleeping"],
    ["stat", "stat=done"],
  ] as const)("%s of ?%s is refused", async ([field, search], { serve }) => {
    const problem = await problemIn(await (await serve()).ask("GET", `/tasks?${search}`));
    expect(problem).toMatchObject({ status: 422, code: "ERR_REQUEST_INVALID", field });
    expect(problem).toHaveProperty("detail", expect.stringContaining(field));
  });
});

describe("DELETE /tasks/{id}", () => {
  test("cancels a task that waits, once and twice", async ({ serve }) => {
    const master = await serve();
    const id = await submit(master, query);
    for (const _ of ["once", "twice"]) {
      const response = await master.ask("DELETE", `/tasks/${id}`);
      expect(response.status).toBe(200);
      expect(await taskOf(response)).toMatchObject({ id, state: "cancelled", endedAt: expect.any(String) });
    }
    expect(await problemIn(await master.ask("POST", `/tasks/${id}/retry`))).toMatchObject({ status: 202 });
    const busy = await problemIn(await master.ask("POST", `/tasks/${id}/retry`));
    expect(busy).toMatchObject({ status: 409, code: "ERR_TASK_NOT_ENDED" });
  });

  test("comes too late for a task that is done", async ({ serve }) => {
    const master = await serve();
    const worker = await startHandWorker(master.at);
    const id = await submit(master, query);
    worker.done(await worker.next(), { SALDO: 1 });
    await master.ask("GET", `/tasks/${id}?wait=30`);
    const problem = await problemIn(await master.ask("DELETE", `/tasks/${id}`));
    expect(problem).toMatchObject({ status: 409, code: "ERR_TASK_ENDED", state: "done" });
  });
});

test.for([
  ["GET", "/tasks/nobody"],
  ["GET", "/tasks/nobody?wait=30"],
  ["DELETE", "/tasks/nobody"],
  ["POST", "/tasks/nobody/retry"],
  ["GET", "/tasks/__proto__"],
  ["GET", "/tasks/%00"],
  ["GET", `/tasks/${"x".repeat(200)}`],
] as const)("%s %s is 404", async ([method, path], { serve }) => {
  const problem = await problemIn(await (await serve()).ask(method, path));
  expect(problem).toMatchObject({ status: 404, code: "ERR_TASK_UNKNOWN" });
});
