import { describe, expect } from "vitest";
import { askRaw } from "./support/raw-http.ts";
import { test } from "./support/serving-master.ts";

test("what the guard says is said, and nothing is done", async ({ serve }) => {
  const master = await serve();
  const body = '{"type":"QUERY","payload":{"USER":"ana"}}';
  const post = (headers: string): string =>
    `POST /tasks HTTP/1.1\r\n${headers}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const rebound = await askRaw(master.http, post("host: evil.example"));
  expect([rebound.status, JSON.parse(rebound.body)]).toMatchObject([421, { code: "ERR_HOST_FOREIGN" }]);
  const forged = await askRaw(master.http, post("host: localhost\r\norigin: http://evil.example"));
  expect([forged.status, JSON.parse(forged.body)]).toMatchObject([403, { code: "ERR_ORIGIN_FOREIGN" }]);
  expect(rebound.head + forged.head).not.toMatch(/access-control/i);
  expect(master.access.load().backlog).toBe(0);
});

describe("orders of a master with a token", () => {
  const token = "correct-horse-battery";
  const orders: readonly (readonly [method: string, path: string, body: object])[] = [
    ["POST", "/tasks", { id: "t", type: "QUERY", payload: { USER: "ana" } }],
    ["POST", "/tasks:batch", { type: "QUERY", payload: { USER: "ana" } }],
    ["POST", "/tasks/t/retry", {}],
    ["DELETE", "/tasks/t", {}],
    ["POST", "/loans:borrow", { workers: 1 }],
    ["POST", "/loans:lend", { peer: "b", count: 1 }],
    ["POST", "/loans:reclaim", { all: true }],
    ["POST", "/drain", {}],
  ];

  test("submit, cancel, retry, borrow, lend, reclaim and drain are refused without it, and nothing is done", async ({
    serve,
  }) => {
    const master = await serve({ orderToken: token });
    for (const [method, path, body] of orders) {
      for (const headers of [{}, { authorization: "Bearer another-horse-battery" }]) {
        const answer = await fetch(`${master.url}${path}`, { method, headers, body: JSON.stringify(body) });
        expect([path, answer.status, answer.headers.get("www-authenticate")]).toEqual([path, 401, "Bearer"]);
        expect(await answer.json()).toMatchObject({ code: "ERR_TOKEN_MISSING" });
      }
    }
    expect(master.access.load().backlog).toBe(0);
    expect(master.drains()).toBe(0);
    expect((await master.ask("GET", "/loans")).status).toBe(200);
  });

  test("with it they are carried out", async ({ serve }) => {
    const master = await serve({ orderToken: token });
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const [, , task] = orders[0] ?? [];
    const answer = await fetch(`${master.url}/tasks`, { method: "POST", headers, body: JSON.stringify(task) });
    expect(answer.status).toBe(202);
    expect(master.access.load().backlog).toBe(1);
  });
});
