import { setImmediate } from "node:timers/promises";
import type { Core, Effect, Event } from "@mutirao/node-core";
import {
  acceptedConnId,
  after,
  type ConnId,
  dialledConnId,
  durationMs,
  type Endpoint,
  type InstantMs,
} from "@mutirao/primitives";
import type { Transport, TransportHandler } from "@mutirao/transport";
import { afterEach, expect, test } from "vitest";
import { createNodeHost, type NodeHost } from "../src/index.ts";

const here: Endpoint = { host: "127.0.0.1", port: 9101 };
const hosts: NodeHost[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

/** Tells of its failures from within the call, as a transport may: every dial is refused at once. */
function createRefusingTransport(sent: string[]): (handler: TransportHandler) => Transport {
  return (handler) => ({
    listen: async (at) => at,
    dial: (conn) => handler.connClosed(conn, { code: "ERR_DIAL_REFUSED" }),
    send: (conn, line) => void sent.push(`${conn} ${line}`),
    identify: (conn) => void sent.push(`${conn} identified`),
    spare: (conn, isSpared) => void sent.push(`${conn} ${isSpared ? "" : "not "}spared`),
    allow: (conn, linesPerSecond) => void sent.push(`${conn} allowed ${linesPerSecond}`),
    owe: (conn) => void sent.push(`${conn} owed`),
    close: (conn) => void sent.push(`${conn} closed`),
    stop: async () => {},
  });
}

/** A core that writes down what it is told, and answers by a table. */
function createScript(react: (event: Event, now: InstantMs) => readonly Effect[]) {
  const heard: string[] = [];
  let deadline: InstantMs | undefined;
  const core: Core = {
    handle(event, now) {
      heard.push(`${event.type} begins`);
      const effects = react(event, now);
      heard.push(`${event.type} ends`);
      return effects;
    },
    nextDeadline: () => deadline,
  };
  return {
    core,
    heard,
    wakeAt(at: InstantMs | undefined) {
      deadline = at;
    },
  };
}

function createHost(
  core: Core,
  createTransport: (handler: TransportHandler) => Transport,
  wakeGranularityMs = durationMs(1),
): NodeHost {
  const host = createNodeHost({ core, createTransport, onNotice: () => {}, wakeGranularityMs });
  hosts.push(host);
  return host;
}

test("an effect that causes an event at once: all effects come first, in order, and then the event", async () => {
  const sent: string[] = [];
  const [first, second] = [dialledConnId(0), dialledConnId(1)];
  const script = createScript((event) =>
    event.type === "started"
      ? [
          { type: "dial", conn: first, to: here },
          { type: "dial", conn: second, to: here },
          { type: "close", conn: first },
        ]
      : [],
  );
  await createHost(script.core, createRefusingTransport(sent)).start(here);
  expect(script.heard).toEqual([
    "started begins",
    "started ends",
    "conn-closed begins",
    "conn-closed ends",
    "conn-closed begins",
    "conn-closed ends",
  ]);
  expect(sent).toEqual(["1 closed"]);
});

test("lines become messages, and messages lines", async () => {
  const sent: string[] = [];
  const conn = acceptedConnId(0);
  const got: unknown[] = [];
  let handler: TransportHandler | undefined;
  const script = createScript((event) => {
    if (event.type !== "message-received" && event.type !== "line-refused") return [];
    got.push(event.type === "message-received" ? event.message : event.violation.code);
    const reply = { kind: "heartbeat-reply", dialect: "legacy" } as const;
    return event.type === "message-received" ? [{ type: "send", conn: event.conn, message: reply }] : [];
  });
  await createHost(script.core, (given) => {
    handler = given;
    return createRefusingTransport(sent)(given);
  }).start(here);
  handler?.connOpened(conn, { remote: here, local: here });
  handler?.lineReceived(conn, '{"TASK":"HEARTBEAT"}');
  handler?.lineReceived(conn, "[]");
  handler?.lineRefused(conn, { code: "ERR_LINE_TOO_LONG", detail: "a line is longer than 5 bytes" });
  handler?.connClosed(conn, { code: "ERR_LINE_VIOLATION" });
  handler?.lineReceived(conn, '{"TASK":"HEARTBEAT"}');
  expect(got).toEqual([{ kind: "heartbeat-request", dialect: "brief" }, "ERR_LINE_NOT_OBJECT", "ERR_LINE_TOO_LONG"]);
  expect(sent).toEqual([`${conn} {"SERVER":"ALIVE","TASK":"RECIEVE"}\n`]);
});

test("the core is woken at its deadline, not before it, and again at the next", async () => {
  const woken = Promise.withResolvers<void>();
  const asked: number[] = [];
  const wokenAt: number[] = [];
  const script = createScript((event, now) => {
    if (event.type === "wake") wokenAt.push(now);
    const next = wokenAt.length < 3 ? after(now, durationMs(20)) : undefined;
    if (next === undefined) woken.resolve();
    else asked.push(next);
    script.wakeAt(next);
    return [];
  });
  await createHost(script.core, createRefusingTransport([])).start(here);
  await woken.promise;
  expect(wokenAt).toHaveLength(3);
  for (const [index, at] of wokenAt.entries()) expect(at).toBeGreaterThanOrEqual((asked[index] ?? 0) - 1);
});

test("a core that asks for the very moment of its last event is woken once what has arrived is handled", async () => {
  const woken = Promise.withResolvers<void>();
  let wakes = 0;
  const script = createScript((event, now) => {
    wakes += event.type === "wake" ? 1 : 0;
    script.wakeAt(wakes < 2 ? now : undefined);
    if (wakes === 2) woken.resolve();
    return [];
  });
  // A timer of this granularity would let the second wake-up hang.
  await createHost(script.core, createRefusingTransport([]), durationMs(1e9)).start(here);
  await woken.promise;
  expect(script.heard.filter((what) => what === "wake begins")).toHaveLength(2);
});

test("nothing is told after the end", async () => {
  let handler: TransportHandler | undefined;
  const script = createScript((_, now) => {
    script.wakeAt(after(now, durationMs(0)));
    return [];
  });
  const host = createHost(script.core, (given) => {
    handler = given;
    return createRefusingTransport([])(given);
  });
  await host.start(here);
  await host.stop();
  const heard = script.heard.length;
  handler?.connOpened(acceptedConnId(1) as ConnId, { remote: here, local: here });
  await setImmediate();
  await setImmediate();
  expect(script.heard).toHaveLength(heard);
});

test("a mistake of our own ends in an error that tells the last events", async () => {
  const script = createScript((event) => {
    if (event.type === "conn-opened") throw new Error("assertion failed: the sky is up");
    return [];
  });
  let handler: TransportHandler | undefined;
  await createHost(script.core, (given) => {
    handler = given;
    return createRefusingTransport([])(given);
  }).start(here);
  expect(() => handler?.connOpened(acceptedConnId(3), { remote: here, local: here })).toThrow(
    /the sky is up\n.*the last events.*\n.*started.*\n.*conn-opened/i,
  );
});

/** A host whose mistakes are written down, and what its transport would tell it. */
async function startMistaken(react: (event: Event) => readonly Effect[], onNotice: () => void = () => {}) {
  const sent: string[] = [];
  const mistakes: string[] = [];
  let handler: TransportHandler | undefined;
  const script = createScript(react);
  const host = createNodeHost({
    core: script.core,
    createTransport: (given) => {
      handler = given;
      return createRefusingTransport(sent)(given);
    },
    onNotice,
    wakeGranularityMs: durationMs(1),
    mistakes: {
      minor: (where, error) => void mistakes.push(`${where}: ${String(error)}`),
      fatal: ({ message }) => void mistakes.push(`fatal: ${message.split("\n")[0]}`),
    },
  });
  hosts.push(host);
  await host.start(here);
  const conn = acceptedConnId(0);
  handler?.connOpened(conn, { remote: here, local: here });
  return { sent, mistakes, heard: script.heard, conn, say: (line: string) => handler?.lineReceived(conn, line) };
}

test("a mistake in the core: it is told nothing more, not even what waits, and nothing is thrown at the transport", async () => {
  const { heard, mistakes, say } = await startMistaken((event) => {
    if (event.type === "message-received") throw new RangeError("oops");
    return [];
  });
  say('{"TASK":"HEARTBEAT"}');
  say('{"TASK":"HEARTBEAT"}');
  expect(mistakes).toEqual(["fatal: oops"]);
  expect(heard.at(-1)).toBe("message-received begins");
  expect(heard.filter((event) => event === "message-received begins")).toHaveLength(1);
});

test("a mistake in who hears a notice: the effects after it are performed all the same", async () => {
  const notify: Effect = { type: "notify", notice: { kind: "stalled", lateByMs: durationMs(1) } };
  const { sent, mistakes, conn, say } = await startMistaken(
    (event) => (event.type === "message-received" ? [notify, { type: "close", conn: event.conn }] : []),
    () => {
      throw new RangeError("oops");
    },
  );
  say('{"TASK":"HEARTBEAT"}');
  expect(mistakes).toEqual(["notice: RangeError: oops"]);
  expect(sent).toEqual([`${conn} closed`]);
});
