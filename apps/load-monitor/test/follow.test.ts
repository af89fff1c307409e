import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connectRaw } from "@mutirao/process-tests";
import { describe, expect, onTestFinished, test as plain } from "vitest";
import { createEventParser } from "../src/follow/event-parser.ts";
import { eventually } from "./support/eventually.ts";
import { reportLine } from "./support/report-line.ts";
import { type ServingMonitor, test } from "./support/serving-monitor.ts";

describe("the parser of event streams", () => {
  const stream = 'retry: 5\n\n: hello\n\nid: 1\nevent: a\ndata: {"x":1}\n\nevent: b\r\ndata:{}\r\n\r\ndata: alone\n\n';
  const events = [
    { event: "a", data: '{"x":1}' },
    { event: "b", data: "{}" },
    { event: "", data: "alone" },
  ];

  plain("reads any chunking", () => {
    for (const size of [1, 2, 3, 7, 1_000]) {
      const parser = createEventParser();
      const found = [];
      const text = stream.replaceAll("\r\n", "\n");
      for (let at = 0; at < text.length; at += size) found.push(...(parser.push(text.slice(at, at + size)) ?? []));
      expect(found).toStrictEqual(events);
    }
    expect(createEventParser().push(stream)).toStrictEqual(events);
  });

  plain("has a limit, for a line and for an event", () => {
    expect(createEventParser().push("x".repeat(70_000))).toBeUndefined();
    const parser = createEventParser();
    expect(parser.push(`data: ${"x".repeat(40_000)}\n`)).toStrictEqual([]);
    expect(parser.push(`data: ${"x".repeat(40_000)}\n`)).toBeUndefined();
  });
});

async function startStream(answer: (response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url ?? "");
    answer(response);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return { asked, http: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function report(monitor: ServingMonitor, id: string, http: string): Promise<void> {
  const client = await connectRaw(monitor.at);
  client.write(reportLine(id, { EXT: { v: 1, http } }));
  client.end();
  await client.closed();
}

test("the stream of a master is read where its reports come from, and what is noise or no JSON is left out", async ({
  serve,
}) => {
  const monitor = await serve({ follow: true });
  const { asked, http } = await startStream((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('event: task-recorded\ndata: {"kind":"task-recorded"}\n\nevent: worker-gone\ndata: oops\n\n');
    response.write(
      'event: worker-joined\ndata: {"time":"2026-11-24T15:00:00.000Z","kind":"worker-joined","worker":"w1"}\n\n',
    );
  });
  await report(monitor, "m1", http);
  await eventually(() => monitor.model.parts().notices.map(({ kind }) => kind)).toStrictEqual([
    ...["master-appeared", "worker-joined"],
  ]);
  expect(monitor.model.parts().notices[1]).toMatchObject({ at: "2026-11-24T15:00:00.000Z", data: { worker: "w1" } });
  expect(monitor.model.master("m1")).toMatchObject({ isFollowed: true });
  expect(asked).toStrictEqual(["/events"]);
});

test("a redirect leads nowhere, and what is no stream is not read", async ({ serve }) => {
  const monitor = await serve({ follow: true });
  const elsewhere = await startStream((response) => response.end());
  const sly = await startStream((response) =>
    response.writeHead(302, { location: `http://${elsewhere.http}/events` }).end(),
  );
  const page = await startStream((response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>"));
  await report(monitor, "sly", sly.http);
  await report(monitor, "page", page.http);
  await eventually(() => [sly.asked.length, page.asked.length]).toStrictEqual([1, 1]);
  expect(elsewhere.asked).toStrictEqual([]);
  expect(monitor.model.parts().masters.map(({ isFollowed }) => isFollowed)).toStrictEqual([false, false]);
});
