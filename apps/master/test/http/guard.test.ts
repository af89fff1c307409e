import { describe, expect } from "vitest";
import { guardRequest } from "../../src/http/request-guard.ts";
import { askRaw } from "./support/raw-http.ts";
import { test } from "./support/serving-master.ts";

const loopback = { host: "127.0.0.1", port: 10_101 };
const codeOf = (request: { method?: string; host?: string; origin?: string }, bound = loopback) => {
  const { method = "GET", ...headers } = request;
  return guardRequest({ method, headers }, bound)?.code;
};

describe("on a loopback address", () => {
  test.for([
    "localhost",
    "localhost:10101",
    "LOCALHOST:1",
    "127.0.0.1:10101",
    "127.0.0.1",
    "127.4.5.6:9",
    "[::1]:10101",
    "[::1]",
  ])("Host %s is ours", (host) => {
    expect(codeOf({ host })).toBeUndefined();
  });

  test.for([
    "evil.example",
    "evil.example:10101",
    "127.0.0.1.evil.example",
    "x.localhost",
    "10.0.0.1",
    "[::2]:1",
    "",
    ":80",
    "localhost.",
    "[localhost]x",
  ])("Host %s is not", (host) => {
    expect(codeOf({ host })).toBe("ERR_HOST_FOREIGN");
  });
});

test("on the network a master may have any name", () => {
  expect(codeOf({ host: "farm.example:10101" }, { host: "0.0.0.0", port: 10_101 })).toBeUndefined();
  expect(codeOf({ host: "farm.example:10101" }, { host: "192.168.0.5", port: 10_101 })).toBeUndefined();
});

test("a page from elsewhere may change nothing", () => {
  const host = "localhost:10101";
  for (const method of ["POST", "DELETE"]) {
    for (const origin of ["http://evil.example", "null", "http://localhost:8080", "https://localhost:10101"]) {
      expect(codeOf({ method, host, origin })).toBe("ERR_ORIGIN_FOREIGN");
    }
    expect(codeOf({ method, host, origin: `http://${host}` })).toBeUndefined();
    expect(codeOf({ method, host })).toBeUndefined();
  }
  expect(codeOf({ method: "GET", host, origin: "http://evil.example" })).toBeUndefined();
});

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
