import { text } from "node:stream/consumers";
import { problemSchema } from "@mutirao/operator-api";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { askRaw, connectHttp, readAnswer } from "./support/raw-http.ts";
import { test } from "./support/serving-master.ts";

const query = { type: "QUERY", payload: { USER: "ana" } };

const problemOf = async (response: Response) => {
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.type).toBe(`/errors#${problem.code.toLowerCase()}`);
  return problem;
};

describe("bodies that are refused", () => {
  test.for([
    ["nothing", "", 400, "ERR_BODY_NOT_JSON"],
    ["no JSON", "{type: QUERY}", 400, "ERR_BODY_NOT_JSON"],
    ["half of it", '{"type":"QUERY"', 400, "ERR_BODY_NOT_JSON"],
    ["two of them", '{"type":"x","payload":1}\n{"type":"x","payload":1}', 400, "ERR_BODY_NOT_JSON"],
    ["no UTF-8", Uint8Array.from([0x22, 0xff, 0x22]), 400, "ERR_BODY_NOT_JSON"],
    ["null", "null", 422, "ERR_REQUEST_INVALID"],
    ["a list", "[]", 422, "ERR_REQUEST_INVALID"],
    ["a text", '"x"', 422, "ERR_REQUEST_INVALID"],
    ["too much", `"${"x".repeat(1_024 * 1_024)}"`, 413, "ERR_BODY_TOO_LARGE"],
    ["a deep well", "[".repeat(1_000_000), 400, "ERR_BODY_NOT_JSON"],
    [
      "a deep payload",
      `{"type":"x","payload":${"[".repeat(400_000)}${"]".repeat(400_000)}}`,
      422,
      "ERR_PAYLOAD_INVALID",
    ],
    ["a wide payload", `{"type":"x","payload":[${"0,".repeat(2_000)}0]}`, 422, "ERR_PAYLOAD_INVALID"],
    ["a large payload", `{"type":"x","payload":"${"x".repeat(33_000)}"}`, 422, "ERR_PAYLOAD_INVALID"],
    ["a payload that grows in ASCII", `{"type":"x","payload":"${"é".repeat(6_000)}"}`, 422, "ERR_PAYLOAD_INVALID"],
    ["a number without end", '{"type":"x","payload":1e400}', 422, "ERR_REQUEST_INVALID"],
  ] as const)("%s", async ([, body, status, code], { serve }) => {
    const master = await serve();
    const response = await fetch(`${master.url}/tasks`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect(await problemOf(response)).toMatchObject({ status, code });
    // It costs the request alone, not the connection and not the master.
    expect((await master.ask("POST", "/tasks", query)).status).toBe(202);
    expect(master.logged).toStrictEqual([]);
  });

  test.for([
    ["type", { payload: {} }, "type is missing"],
    ["payload", { type: "QUERY" }, "payload is missing"],
    [
      "payload.USER",
      { type: "QUERY", payload: { user: "ana" } },
      'the payload of a QUERY must be an object with USER: {"USER":"ana"}',
    ],
    [
      "payload.USER",
      { type: "QUERY", payload: [] },
      'the payload of a QUERY must be an object with USER: {"USER":"ana"}',
    ],
    ["timeoutMs", { ...query, timeoutMs: 0 }, "timeoutMs must be 1 or more"],
    ["maxAttempts", { ...query, maxAttempts: 101 }, "maxAttempts must be 100 or less"],
    ["priority", { ...query, priority: "high" }, "priority must be a number"],
    ["priority", { ...query, priority: 1.5 }, "priority must be a whole number"],
    ["type", { ...query, type: "two words" }, "type must be 1 to 64 of A-Z a-z 0-9 . _ -"],
    ["colour", { ...query, colour: "red" }, "there is no field colour: leave it out"],
    [
      "id",
      { ...query, id: ".." },
      'id must be 1 to 128 printable ASCII characters without spaces, and not "." or ".."',
    ],
  ] as const)("the field %s of %j is named", async ([field, body, detail], { serve }) => {
    const problem = await problemOf(await (await serve()).ask("POST", "/tasks", body));
    expect(problem).toMatchObject({ status: 422, code: "ERR_REQUEST_INVALID", field, detail });
  });

  test("a chunked body without end is cut at the limit", async ({ serve }) => {
    const master = await serve();
    const socket = await connectHttp(master.http);
    socket.on("error", () => {});
    let heard = "";
    socket.setEncoding("utf8").on("data", (some) => (heard += some));
    socket.write("POST /tasks HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    for (let sent = 0; sent < 20; sent++) socket.write(`10000\r\n${"x".repeat(65_536)}\r\n`);
    await eventually(() => heard).toContain("ERR_BODY_TOO_LARGE");
    socket.destroy();
  });

  test("a body that takes for ever is given up", async ({ serve }) => {
    const master = await serve({ limits: { arrivalMs: 100 } });
    const socket = await connectHttp(master.http);
    let heard = "";
    socket.setEncoding("utf8").on("data", (some) => (heard += some));
    socket.write('POST /tasks HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50000\r\n\r\n{"type":');
    await eventually(() => heard).toContain("ERR_REQUEST_TOO_SLOW");
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    // Nor is the place kept for whoever goes on like that.
    socket.on("error", () => {});
    const drip = setInterval(() => socket.write(" "), 20);
    await eventually(() => socket.readableEnded || socket.destroyed).toBe(true);
    clearInterval(drip);
    socket.destroy();
  });
});

describe("bodies that are taken", () => {
  test.for([
    undefined,
    "application/json",
    "application/json; charset=utf-8",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
  ])("of type %s", async (type, { serve }) => {
    const { url } = await serve();
    const body = Buffer.from(JSON.stringify(query));
    const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
    expect((await fetch(`${url}/tasks`, { method: "POST", body, headers })).status).toBe(202);
  });

  test.for(["application/xml", "multipart/form-data", "nonsense", ";"])(
    "but not of type %s",
    async (type, { serve }) => {
      const { url } = await serve();
      const response = await fetch(`${url}/tasks`, { method: "POST", body: "x", headers: { "content-type": type } });
      expect(await problemOf(response)).toMatchObject({ status: 415, code: "ERR_BODY_TYPE_UNKNOWN" });
    },
  );

  test("keys that mean something to JavaScript are data", async ({ serve }) => {
    const { url, ask } = await serve();
    const body = '{"id":"t","type":"x","payload":{"__proto__":{"a":1},"constructor":{"prototype":2}}}';
    expect((await fetch(`${url}/tasks`, { method: "POST", body })).status).toBe(202);
    expect(await (await ask("GET", "/tasks/t")).text()).toContain(
      '"payload":{"__proto__":{"a":1},"constructor":{"prototype":2}}',
    );
  });
});

describe("what is not HTTP, or hardly", () => {
  test.for([
    ["noise", "\u0000\u0001\u0002 hello\r\n\r\n", 400, "ERR_REQUEST_MALFORMED"],
    ["no Host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400, undefined],
    [
      "a bad escape",
      "GET /tasks/%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
      400,
      "ERR_REQUEST_MALFORMED",
    ],
    [
      "a huge head",
      `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
      400,
      "ERR_REQUEST_MALFORMED",
    ],
  ] as const)("%s", async ([, request, status, code], { serve }) => {
    const master = await serve();
    const answer = await askRaw(master.http, request);
    expect(answer.status).toBe(status);
    if (code !== undefined) expect(problemSchema.parse(JSON.parse(answer.body))).toMatchObject({ status, code });
    expect((await master.ask("GET", "/healthz")).status).toBe(200);
  });

  test("a head that takes for ever is given up", async ({ serve }) => {
    const master = await serve({ limits: { arrivalMs: 100 } });
    const socket = await connectHttp(master.http);
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n");
    const answer = readAnswer(await text(socket));
    expect(answer.status).toBe(408);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "ERR_REQUEST_TOO_SLOW" });
  });

  test("connections above the limit are dropped, and counted", async ({ serve }) => {
    const master = await serve({ limits: { connectionsMax: 2 } });
    const first = await connectHttp(master.http);
    const second = await connectHttp(master.http);
    second.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await eventually(() => second.bytesRead).toBeGreaterThan(0);
    const third = await connectHttp(master.http);
    third.on("error", () => {});
    // It is closed without a word.
    expect(await text(third).catch(() => "")).toBe("");
    first.destroy();
    second.destroy();
    await eventually(async () => {
      const metrics = await fetch(`${master.url}/metrics`).then(
        (response) => response.text(),
        () => "",
      );
      return metrics.match(/^mutirao_http_connections_dropped_total (\d+)$/m)?.[1] ?? "0";
    }).not.toBe("0");
  });
});
