import { acceptedConnId, createPrng, instantMs, nodeId, type Prng } from "@mutirao/primitives";
import { createLineDecoder, decodeLine, taskSpecs } from "@mutirao/protocol";
import { expect, test } from "vitest";
import { createHeartbeatNode, type Effect, parseHeartbeatOptions, toNodeOptions } from "../src/index.ts";

const FRAMES = 1_000_000;
const encoder = new TextEncoder();
const examples = taskSpecs.flatMap((spec) => spec.examples.map(({ line }) => line));
const lines = [...examples, '{"TASK":"HEARTBEAT","RESPONSE":"MAYBE"}', "[]", "5"].map((line) =>
  encoder.encode(`${line}\n`),
);
const spices = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "\n",
  "\r",
  "\\u0000",
  "null",
  "NaN",
  "1e999",
  "-0",
  '"__proto__"',
  "\u202e",
];
const tokens = [...spices.map((text) => encoder.encode(text)), Uint8Array.of(0xff), Uint8Array.of(0xc3)];

/** A real line with a few wounds: bytes changed, cut out, doubled, or replaced by something with a meaning. */
function wounded(prng: Prng): Uint8Array {
  let frame: Uint8Array = lines[prng.integer(0, lines.length - 1)] ?? encoder.encode("\n");
  for (let wounds = prng.integer(0, 3); wounds > 0; wounds--) {
    const at = prng.integer(0, frame.length);
    const cut = prng.integer(0, 4);
    const put = prng.chance(0.5) ? (tokens[prng.integer(0, tokens.length - 1)] ?? frame) : frame.subarray(at, at + cut);
    const healed = new Uint8Array(at + put.length + Math.max(0, frame.length - at - cut));
    healed.set(frame.subarray(0, at));
    healed.set(put, at);
    healed.set(frame.subarray(at + cut), at + put.length);
    frame = healed;
  }
  return frame;
}

function createTarget() {
  const parsed = parseHeartbeatOptions({ port: "9101", peers: ["127.0.0.1:9102"] });
  if (!("values" in parsed)) throw new Error(parsed.message);
  return createHeartbeatNode(nodeId("node-a"), toNodeOptions(parsed.values, "brief"), createPrng("fuzz"));
}

test(`a million wounded frames, on accepted and dialled connections: no exception, bounded effects, honest registry`, {
  timeout: 120_000,
}, () => {
  const prng = createPrng("frames");
  const node = createTarget();
  const remote = { host: "127.0.0.1", port: 50_000 };
  const local = { host: "127.0.0.1", port: 9101 };
  const seen = new Map<string, number>();
  const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  let nowMs = 0;
  let dialled: Extract<Effect, { type: "dial" }>["conn"] | undefined;
  let accepted = 0;
  const handle = (event: Parameters<typeof node.handle>[0]): void => {
    const effects = node.handle(event, instantMs(nowMs));
    if (effects.length > 6) throw new Error(`${effects.length} effects of ${JSON.stringify(event)}`);
    for (const effect of effects) {
      note(effect.type === "notify" ? effect.notice.kind : effect.type);
      if (effect.type === "dial") dialled = effect.conn;
    }
  };
  handle({ type: "started", listening: { host: "127.0.0.1", port: 9101 } });
  for (let frame = 0; frame < FRAMES; ) {
    nowMs += 10;
    handle({ type: "wake" });
    if (dialled !== undefined) handle({ type: "conn-opened", conn: dialled, remote, local });
    const conn = dialled ?? acceptedConnId(accepted++);
    if (dialled === undefined) handle({ type: "conn-opened", conn, remote, local });
    dialled = undefined;
    const decoder = createLineDecoder(8_192);
    for (let share = 0; share < 50; share++, frame++) {
      decoder.feed(wounded(prng));
      for (let line = decoder.next(); line !== undefined; line = decoder.next()) {
        const decoded = typeof line === "string" ? decodeLine(line) : { violation: { ...line, fatal: true } };
        const known = { conn, remote };
        if ("message" in decoded) handle({ type: "message-received", ...known, message: decoded.message });
        else handle({ type: "line-refused", ...known, violation: decoded.violation });
        note("message" in decoded ? decoded.message.kind : decoded.violation.code);
      }
    }
    handle({ type: "conn-closed", conn, reason: { code: "CONN_ENDED" } });
  }
  // Frames that never got anywhere would prove nothing.
  const often = ["heartbeat-request", "heartbeat-reply", "worker-heartbeat", "unknown", "send", "identify"];
  const sometimes = ["ERR_LINE_NOT_JSON", "ERR_LINE_NOT_OBJECT", "ERR_LINE_NOT_UTF8", "ERR_FIELD_INVALID"];
  expect(often.filter((what) => (seen.get(what) ?? 0) < 1_000)).toEqual([]);
  expect(sometimes.filter((code) => (seen.get(code) ?? 0) < 10)).toEqual([]);
  expect(node.registry().length).toBeLessThan(10);
});
