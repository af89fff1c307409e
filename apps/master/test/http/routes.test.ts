import {
  type ApiRoute,
  apiErrors,
  apiRoutes,
  loadSchema,
  openApiDocument,
  peerListSchema,
  problemSchema,
  workerListSchema,
} from "@mutirao/operator-api";
import { isTaskType } from "@mutirao/protocol";
import { describe, expect } from "vitest";
import { readTaskRequest } from "../../src/http/task-request.ts";
import { eventually } from "./support/eventually.ts";
import { startHandWorker } from "./support/hand-worker.ts";
import { test } from "./support/serving-master.ts";

const routes = Object.entries<ApiRoute>(apiRoutes);
const paths = [...new Set(routes.map(([, { path }]) => path))];
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const methodsAt = (path: string): readonly string[] => {
  const served = routes.filter(([, route]) => route.path === path).map(([, { method }]) => method as string);
  return served.includes("GET") && path !== "/events" ? [...served, "HEAD"] : served;
};

describe("the table of routes and what is served are the same", () => {
  test.for(routes)("%s", async ([, { method, path, answers, refusals }], { serve, signal }) => {
    const { url } = await serve();
    const leaving = new AbortController();
    const response = await fetch(url + path.replace("{id}", "some-id"), {
      method,
      signal: AbortSignal.any([signal, leaving.signal]),
    });
    const expected = [...Object.keys(answers).map(Number), ...refusals];
    expect(expected).toContain(response.status);
    const mediaType = response.headers.get("content-type")?.split(";")[0];
    const answer = answers[response.status];
    expect(mediaType).toBe(answer === undefined ? "application/problem+json" : answer.content.mediaType);
    if (mediaType === "application/json" && answer !== undefined && "schema" in answer.content) {
      expect(answer.content.schema.safeParse(await response.json())).toMatchObject({ success: true });
    }
    leaving.abort();
  });

  test.for(paths)("%s takes no other method", async (path, { serve }) => {
    const { url } = await serve();
    const served = methodsAt(path);
    for (const method of methods.filter((each) => !served.includes(each))) {
      const response = await fetch(url + path.replace("{id}", "some-id"), { method });
      expect([method, response.status]).toStrictEqual([method, 405]);
      expect(response.headers.get("allow")?.split(", ").toSorted()).toStrictEqual([...served].toSorted());
      if (method !== "HEAD") {
        expect(problemSchema.parse(await response.json())).toMatchObject({ code: "ERR_METHOD_NOT_ALLOWED" });
      }
    }
  });

  test("HEAD is GET without the body", async ({ serve }) => {
    const { url } = await serve();
    const [get, head] = await Promise.all(["GET", "HEAD"].map((method) => fetch(`${url}/load`, { method })));
    expect(head?.status).toBe(200);
    expect(head?.headers.get("content-length")).toMatch(/^\d+$/);
    expect(await head?.text()).toBe("");
    expect(await get?.text()).not.toBe("");
  });

  test.for(["/nope", "/tasks/a/b", "/tasks:other", "/TASKS", "//tasks", "/tasks/some-id/retry/now", "/errors/x"])(
    "%s is nothing",
    async (path, { serve }) => {
      const response = await (await serve()).ask("GET", path);
      expect([response.status, await response.json()]).toMatchObject([404, { code: "ERR_ROUTE_UNKNOWN" }]);
    },
  );

  test("a slash at the end changes nothing", async ({ serve }) => {
    expect(await (await (await serve()).ask("GET", "/tasks/")).json()).toStrictEqual([]);
  });

  test("the document is served as it is", async ({ serve }) => {
    const document = await (await (await serve()).ask("GET", "/openapi.json")).json();
    expect(document).toStrictEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  test("every code has its place on the page of errors", async ({ serve }) => {
    const page = await (await (await serve()).ask("GET", "/errors")).text();
    for (const code of [...Object.keys(apiErrors), "ERR_BACKLOG_FULL", "ERR_LINE_NOT_JSON", "ERR_STORE_FULL"]) {
      expect(page).toContain(`<dt id="${code.toLowerCase()}">${code}</dt>`);
    }
  });
});

describe("how the farm is", () => {
  test("its workers", async ({ serve }) => {
    const master = await serve();
    const worker = await startHandWorker(master.at);
    await master.ask("POST", "/tasks", { id: "t", type: "QUERY", payload: { USER: "ana" } });
    await worker.next();
    const workers = workerListSchema.parse(await (await master.ask("GET", "/workers")).json());
    expect(workers).toMatchObject([
      {
        id: "worker-7",
        status: "ALIVE",
        owner: "master-a",
        borrowed: false,
        running: ["t"],
        style: "session",
        slots: 4,
      },
    ]);
  });

  test("its load, with every figure; a wait without end is null", async ({ serve }) => {
    const master = await serve();
    await master.ask("POST", "/tasks", { type: "QUERY", payload: { USER: "ana" } });
    const load = loadSchema.parse(await (await master.ask("GET", "/load")).json());
    expect(load).toMatchObject({ state: "NORMAL", causes: [], backlog: 1, running: 0, workers: 0, idleWorkers: 0 });
    expect(load.estimatedWaitMs).toBeNull();
    expect(load.terms.find(({ name }) => name === "backlog")).toStrictEqual({
      name: "backlog",
      value: 1,
      unit: "tasks",
      high: 10,
      low: 4,
      isTripped: false,
    });
    expect(load.terms.find(({ name }) => name === "estimatedWait")).toMatchObject({ value: null, isTripped: false });
  });

  test("its peers", async ({ serve }) => {
    const other = await serve({ id: "master-b" });
    const master = await serve({ master: { peers: [other.at, { host: "127.0.0.1", port: 1 }] } });
    const peers = async () => peerListSchema.parse(await (await master.ask("GET", "/peers")).json());
    await eventually(async () => (await peers()).map(({ status }) => status)).toContain("ALIVE");
    expect(await peers()).toStrictEqual(
      expect.arrayContaining([
        {
          id: "master-b",
          key: "master-b",
          ...other.at,
          status: "ALIVE",
          lastSeenAt: expect.stringMatching(/Z$/),
        },
        { id: null, key: "127.0.0.1:1", host: "127.0.0.1", port: 1, status: "NEVER_SEEN", lastSeenAt: null },
      ]),
    );
  });
});

test.for(["QUERY", "my.type_1-b", "x".repeat(64), "x".repeat(65), "", "a/b", "a b", "é"])(
  "%j is a type here if and only if it is one on the wire",
  (type) => {
    const payload = { USER: "ana" };
    expect("draft" in readTaskRequest({ type, payload })).toBe(isTaskType(type));
  },
);
