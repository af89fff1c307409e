import { connectRaw, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { startNode } from "./support/nodes.ts";

const bare = '{"TASK":"HEARTBEAT"}';

/** A request that is this many bytes long, its newline not counted, by a field that nobody knows. */
function requestOfLength(bytes: number): string {
  const frame = JSON.stringify({ TASK: "HEARTBEAT", PADDING: "" });
  return JSON.stringify({ TASK: "HEARTBEAT", PADDING: "x".repeat(bytes - frame.length) });
}

describe("what a node answers", () => {
  test("each spelling of a heartbeat in its own, in the brief's words and order of keys", async ({ processes }) => {
    const node = await startNode(processes);
    const client = await connectRaw(node);
    for (const line of [
      bare,
      '{"SERVER_UUID":"SERVER_2","TASK":"HEARTBEAT"}',
      '{"SERVER":"ALIVE","TASK":"REQUEST"}',
      '{"TASK":"WORKER_HEARTBEAT","WORKER_UUID":"worker-7"}',
    ]) {
      client.write(`${line}\n`);
    }
    client.end();
    expect(await client.closed()).toStrictEqual([
      `{"TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"${node.id}"}`,
      `{"SERVER_UUID":"${node.id}","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"${node.id}"}`,
      '{"SERVER":"ALIVE","TASK":"RECIEVE"}',
      `{"SERVER_UUID":"${node.id}","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"${node.id}"}`,
    ]);
  });

  test("lines of any cut: bytes one by one, several at once, CRLF, blank ones, a last one without end", async ({
    processes,
  }) => {
    const node = await startNode(processes);
    const client = await connectRaw(node);
    // Two bytes per é, so that characters are cut in half as well.
    const bytes = new TextEncoder().encode('\r\n\n{"SERVER_UUID":"é-é","TASK":"HEARTBEAT"}\r\n');
    for (const [index] of bytes.entries()) client.write(bytes.subarray(index, index + 1));
    expect(await client.answer(0)).toMatchObject({ SERVER_UUID: node.id });
    client.write(`${bare}\n${bare}\r\n\n${bare}`);
    expect(await client.answer(2)).toMatchObject({ SERVER_ID: node.id });
    client.end();
    expect(await client.closed()).toHaveLength(4);
  });

  test("what it does not know it ignores, and the connection stays open", async ({ processes }) => {
    const node = await startNode(processes, "--log-level", "trace");
    const client = await connectRaw(node);
    client.write('{"TASK":"GOSSIP"}\n{"RESPONSE":"MAYBE"}\n{"STATUS":"OK"}\n{}\n{"TASK":"HEARTBEAT","EXTRA":[1]}\n');
    expect(await client.answer(0)).toMatchObject({ SERVER_ID: node.id });
    expect(await node.logged({ event: "message-unknown" })).toBeDefined();
    client.destroy();
  });
});

/** Bad lines, each with the code under which it is refused, and whether the connection ends with it. */
const badLines = [
  { what: "not UTF-8", line: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), code: "ERR_LINE_NOT_UTF8", closes: true },
  { what: "too long", line: requestOfLength(8_193), code: "ERR_LINE_TOO_LONG", closes: true },
  { what: "too deep", line: `${'{"a":'.repeat(33)}0${"}".repeat(33)}`, code: "ERR_LINE_TOO_DEEP", closes: true },
  { what: "a number", line: "5", code: "ERR_LINE_NOT_OBJECT", closes: true },
  { what: "an array", line: "[]", code: "ERR_LINE_NOT_OBJECT", closes: true },
  { what: "a text", line: '"x"', code: "ERR_LINE_NOT_OBJECT", closes: true },
  { what: "null", line: "null", code: "ERR_LINE_NOT_OBJECT", closes: true },
  { what: "not JSON", line: "are you alive?", code: "ERR_LINE_NOT_JSON", closes: false },
  { what: "too wide", line: `[${"0,".repeat(1_024)}0]`, code: "ERR_LINE_TOO_WIDE", closes: false },
  { what: "a wrong type", line: '{"TASK":"HEARTBEAT","SERVER_UUID":5}', code: "ERR_FIELD_INVALID", closes: false },
];

describe("what a node refuses", () => {
  test.for(badLines)("$what: $code", async ({ line, code, closes }, { processes }) => {
    const node = await startNode(processes);
    const client = await connectRaw(node);
    client.write(line);
    client.write(`\n${bare}\n`);
    const answers = closes ? await client.closed() : [await client.answer(0)];
    expect(answers).toHaveLength(closes ? 0 : 1);
    expect(await node.logged({ event: "line-refused" })).toMatchObject({ code });
    client.destroy();
  });

  test("a first line over 8 KiB, and any line over 64 KiB", async ({ processes }) => {
    const node = await startNode(processes);
    const stranger = await connectRaw(node);
    stranger.write(`${requestOfLength(8_192 + 1)}\n`);
    expect(await stranger.closed()).toStrictEqual([]);
    stranger.destroy();

    const known = await connectRaw(node);
    known.write(`${requestOfLength(8_192)}\n`);
    await known.answer(0);
    known.write(`${requestOfLength(65_536)}\n`);
    await known.answer(1);
    known.write(`${requestOfLength(65_536 + 1)}\n`);
    expect(await known.closed()).toHaveLength(2);
    known.destroy();
    expect(await node.logged({ code: "ERR_LINE_TOO_LONG" })).toBeDefined();
  });

  test("ten lines that are not JSON on one connection; nine are survived", async ({ processes }) => {
    const node = await startNode(processes);
    const client = await connectRaw(node);
    client.write(`${"nonsense\n".repeat(9)}${bare}\n`);
    await client.answer(0);
    client.write("nonsense\n");
    expect(await client.closed()).toHaveLength(1);
    client.destroy();
  });
});
