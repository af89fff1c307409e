import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import { runBatch } from "../../src/http/batch.ts";
import { httpLimits } from "../../src/http/http-limits.ts";
import { problemOf } from "../../src/http/problem.ts";
import { eventually } from "./support/eventually.ts";
import { connectHttp } from "./support/raw-http.ts";
import { test } from "./support/serving-master.ts";

const ANSWERS_MAX_BYTES = 100_000;
const LINES = 40_000;

/** Its answer, a refusal that names the id, is some ten times as long: what gets stuck is the answers. */
const badLine = `${JSON.stringify({ id: "x".repeat(120) })}\n`;

test("a client that does not take its answers is not read on; when it does, everything is answered", async ({
  serve,
}) => {
  const { access: master } = await serve();
  const limits = { ...httpLimits, batchAnswersMaxBytes: ANSWERS_MAX_BYTES };
  const tools = { master, limits, onError: () => problemOf("ERR_INTERNAL", ""), closing: new AbortController().signal };
  const { promise: begun, resolve: onBegin } = Promise.withResolvers<[IncomingMessage, ServerResponse]>();
  // The server's own end of the conversation is looked at, so it is opened here.
  const server = createServer((request, response) => {
    onBegin([request, response]);
    void runBatch(request, response, tools);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = await connectHttp({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  client.pause();
  const head = `POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${LINES * badLine.length}\r\n\r\n`;
  client.write(head + badLine.repeat(LINES));
  const [request, response] = await begun;
  await eventually(() => request.isPaused() && response.writableLength).toBeGreaterThan(0);

  // What one turn adds beyond the limit are the answers to the lines that were handed on together.
  const turnMaxBytes = 1_000 * 500;
  const inFlightMaxBytes = limits.submitsInFlightMax * turnMaxBytes;
  expect(response.writableLength).toBeGreaterThan(ANSWERS_MAX_BYTES);
  expect(response.writableLength).toBeLessThan(ANSWERS_MAX_BYTES + inFlightMaxBytes);
  expect(request.complete).toBe(false);

  let heard = "";
  client.setEncoding("utf8").on("data", (text) => (heard += text));
  client.resume();
  await once(client, "close");
  const numbers = [...heard.matchAll(/^\{"line":(\d+),/gm)].map(([, number]) => Number(number));
  expect(numbers).toStrictEqual(Array.from({ length: LINES }, (_, index) => index + 1));
  server.close();
});
