import { expect } from "vitest";
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
