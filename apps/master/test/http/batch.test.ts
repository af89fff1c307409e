import { randomBytes } from "node:crypto";
import { type BatchAnswer, batchAnswerSchema, taskListSchema, taskSchema } from "@mutirao/operator-api";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { connectHttp } from "./support/raw-http.ts";
import { type ServingMaster, test } from "./support/serving-master.ts";

const line = (id: string, more: object = {}): string =>
  JSON.stringify({ id, type: "QUERY", payload: { USER: id }, ...more });

const answersIn = (text: string): readonly BatchAnswer[] =>
  text
    .trimEnd()
    .split("\n")
    .map((each) => batchAnswerSchema.parse(JSON.parse(each)));

async function send(master: ServingMaster, body: NonNullable<RequestInit["body"]>, type = "application/x-ndjson") {
  const response = await fetch(`${master.url}/tasks:batch`, {
    method: "POST",
    headers: { "content-type": type },
    body,
    duplex: "half",
  } as RequestInit);
  return { response, answers: answersIn(await response.text()) };
}

const accepted = (number: number, id: string) => ({ line: number, id, status: 202 });

/** A body that is sent piece by piece, each when the one before has been taken. */
const inPieces = (bytes: Uint8Array, size: number): ReadableStream<Uint8Array> => {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
};

describe("POST /tasks:batch", () => {
  test("answers each line in order, and the tasks are there", async ({ serve }) => {
    const master = await serve();
    const { response, answers } = await send(master, `${line("a")}\n${line("b")}\n${line("c")}\n`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(answers).toStrictEqual([accepted(1, "a"), accepted(2, "b"), accepted(3, "c")]);
    const shown = taskSchema.parse(await (await master.ask("GET", "/tasks/b")).json());
    expect(shown).toMatchObject({ state: "pending", payload: { USER: "b" } });
  });

  test("makes up ids, takes CRLF, skips blank lines, and a last line needs no newline", async ({ serve }) => {
    const master = await serve();
    const body = `\r\n${line("a")}\r\n\n  \n{"type":"QUERY","payload":{"USER":1}}\r\n${line("b")}`;
    const { answers } = await send(master, body);
    expect(answers).toStrictEqual([
      accepted(2, "a"),
      { line: 5, id: expect.stringMatching(/^[\da-f-]{36}$/), status: 202 },
      accepted(6, "b"),
    ]);
  });

  test("a bad line costs itself alone, and says what is wrong", async ({ serve }) => {
    const master = await serve();
    const lines = [
      line("a"),
      "nonsense",
      line("b", { timeoutMs: 0 }),
      '{"type":"QUERY","payload":{}}',
      line("c", { colour: "red" }),
      JSON.stringify({ id: "d", type: "x", payload: "y".repeat(40_000) }),
      `"${"x".repeat(70_000)}"`,
      `{"type":"x","payload":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
      "5",
      line("e"),
    ];
    const { answers } = await send(master, lines.join("\n"));
    const told = answers.map(({ line: number, id, status, problem }) => [
      number,
      id,
      status,
      problem?.code,
      problem?.field,
    ]);
    expect(told).toStrictEqual([
      [1, "a", 202, undefined, undefined],
      [2, null, 400, "ERR_LINE_NOT_JSON", undefined],
      [3, "b", 422, "ERR_REQUEST_INVALID", "timeoutMs"],
      [4, null, 422, "ERR_REQUEST_INVALID", "payload.USER"],
      [5, "c", 422, "ERR_REQUEST_INVALID", "colour"],
      [6, "d", 422, "ERR_PAYLOAD_INVALID", "payload"],
      [7, null, 400, "ERR_LINE_TOO_LONG", undefined],
      [8, null, 422, "ERR_PAYLOAD_INVALID", "payload"],
      [9, null, 422, "ERR_REQUEST_INVALID", undefined],
      [10, "e", 202, undefined, undefined],
    ]);
    expect(taskListSchema.parse(await (await master.ask("GET", "/tasks")).json())).toHaveLength(2);
  });

  test("invalid UTF-8 costs its line", async ({ serve }) => {
    const bytes = Buffer.concat([
      Buffer.from(`${line("a")}\n"`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`"\n${line("b")}\n`),
    ]);
    const { answers } = await send(await serve(), bytes);
    expect(answers.map(({ id, status, problem }) => [id, status, problem?.code])).toStrictEqual([
      ["a", 202, undefined],
      [null, 400, "ERR_LINE_NOT_UTF8"],
      ["b", 202, undefined],
    ]);
  });

  test("an id that is in it twice, or was there before, is answered 200", async ({ serve }) => {
    const master = await serve();
    await master.ask("POST", "/tasks", { id: "old", type: "QUERY", payload: { USER: 1 } });
    const { answers } = await send(master, [line("old"), line("new"), line("new")].join("\n"));
    expect(answers.map(({ id, status }) => [id, status])).toStrictEqual([
      ["old", 200],
      ["new", 202],
      ["new", 200],
    ]);
  });

  test("above the limit of the backlog each line is refused with 503, and says when to ask again", async ({
    serve,
  }) => {
    const master = await serve({ master: { backlogMax: 2 } });
    const { response, answers } = await send(master, ["a", "b", "c"].map((id) => line(id)).join("\n"));
    expect(response.status).toBe(200);
    expect(answers[2]).toMatchObject({ id: "c", status: 503, problem: { code: "ERR_BACKLOG_FULL", retryAfterS: 5 } });
  });

  test.for([1, 7, 1_000])("in pieces of %i bytes it is the same batch", async (size, { serve }) => {
    const master = await serve();
    const ids = Array.from({ length: 40 }, (_, index) => `tárrega-${index}`.replace("á", "a"));
    const body = ids.map((id) => line(id, { payload: { USER: "João 🦉" } })).join("\n");
    const { answers } = await send(master, inPieces(Buffer.from(body), size));
    expect(answers).toStrictEqual(ids.map((id, index) => accepted(index + 1, id)));
    const shown = taskSchema.parse(await (await master.ask("GET", `/tasks/${ids[3]}`)).json());
    expect(shown.payload).toStrictEqual({ USER: "João 🦉" });
  });

  test("20,000 lines at once", async ({ serve }) => {
    const master = await serve();
    const ids = Array.from({ length: 20_000 }, (_, index) => `t${index}`);
    const { answers } = await send(master, ids.map((id) => line(id)).join("\n"));
    expect(answers).toStrictEqual(ids.map((id, index) => accepted(index + 1, id)));
    expect(master.access.load().backlog).toBe(20_000);
  });

  test("an empty batch has an empty answer", async ({ serve }) => {
    const master = await serve();
    const response = await fetch(`${master.url}/tasks:batch`, { method: "POST", body: "\n\n" });
    expect([response.status, await response.text()]).toStrictEqual([200, ""]);
    expect((await fetch(`${master.url}/tasks:batch`, { method: "POST" })).status).toBe(200);
  });

  test("a body of another type is refused", async ({ serve }) => {
    const master = await serve();
    const response = await fetch(`${master.url}/tasks:batch`, {
      method: "POST",
      body: "<task/>",
      headers: { "content-type": "application/xml" },
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: "ERR_BODY_TYPE_UNKNOWN" });
  });
});

const HEAD = "POST /tasks:batch HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n";
const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

describe("a batch as a stream", () => {
  test("each line is answered as soon as its task is durable, while the next is yet to come", async ({ serve }) => {
    const master = await serve();
    const socket = await connectHttp(master.http);
    socket.write(`${HEAD}\r\n`);
    let heard = "";
    socket.setEncoding("utf8").on("data", (text) => (heard += text));
    for (const [index, id] of ["a", "b", "c"].entries()) {
      socket.write(chunked(`${line(id)}\n`));
      await eventually(() => heard).toContain(JSON.stringify(accepted(index + 1, id)));
    }
    socket.write("0\r\n\r\n");
    await eventually(() => heard).toMatch(/\r\n0\r\n\r\n$/);
    socket.destroy();
  });

  test("a client that leaves in the middle leaves what it handed in, and nothing half", async ({ serve }) => {
    const master = await serve();
    const socket = await connectHttp(master.http);
    socket.write(`${HEAD}\r\n${chunked(`${line("a")}\n${line("b").slice(0, 20)}`)}`);
    await eventually(() => master.access.load().backlog).toBe(1);
    socket.destroy();
    await eventually(
      async () => (await (await master.ask("GET", "/metrics")).text()).match(/^mutirao_http_batches (\d+)$/m)?.[1],
    ).toBe("0");
    expect(master.access.load().backlog).toBe(1);
    expect(master.logged).toStrictEqual([]);
  });

  test("above the number of batches at once the next is told to come later", async ({ serve }) => {
    const master = await serve({ limits: { batchesMax: 1 } });
    const socket = await connectHttp(master.http);
    socket.write(`${HEAD}\r\n${chunked(`${line("a")}\n`)}`);
    await eventually(() => master.access.load().backlog).toBe(1);
    const response = await fetch(`${master.url}/tasks:batch`, { method: "POST", body: line("b") });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ code: "ERR_BATCHES_FULL" });
    socket.destroy();
    await eventually(
      async () => (await fetch(`${master.url}/tasks:batch`, { method: "POST", body: line("b") })).status,
    ).toBe(200);
  });
});

test("noise is answered line by line, and the server lives", async ({ serve }) => {
  const master = await serve();
  const { response } = await send(master, randomBytes(200_000));
  expect(response.status).toBe(200);
  expect((await master.ask("GET", "/healthz")).status).toBe(200);
  expect(master.logged).toStrictEqual([]);
});
