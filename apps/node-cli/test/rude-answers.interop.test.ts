import { connectRaw, type ForeignPeer, type Processes, parseRecord, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { type JsonNode, type NodeUnderTest, startJsonNode, startNode } from "./support/nodes.ts";
import { startPeer } from "./support/peers.ts";

/** A node of ours between a rude peer and a healthy one. */
interface Scene {
  readonly rude: ForeignPeer;
  readonly healthy: ForeignPeer;
  readonly node: JsonNode;
}

async function startScene(processes: Processes, mode: string, ...nodeFlags: readonly string[]): Promise<Scene> {
  const [rude, healthy] = await Promise.all([
    startPeer(processes, "rude", "--mode", mode, "--id", "rude-1"),
    startPeer(processes, "brief", "--id", "healthy"),
  ]);
  const peers = ["--peer", rude.address, "--peer", healthy.address];
  const node = await startJsonNode(processes, ...peers, "--interval", "0.2", "--timeout", "4", ...nodeFlags);
  return { rude, healthy, node };
}

/** Our node goes on: the healthy peer is probed and never accused, a stranger is answered, and the end is in order. */
async function expectUnharmed({ node, healthy }: Scene): Promise<void> {
  await healthy.reportsPassed("request", 6);
  await node.transition({ peer: "healthy", to: "ALIVE" });
  expect(node.transitions().filter(({ peer, to }) => peer === "healthy" && to === "TIMEOUT")).toStrictEqual([]);

  const stranger = await connectRaw(node);
  stranger.write('{"TASK":"HEARTBEAT"}\n');
  expect(await stranger.answer(0)).toStrictEqual({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: node.id });
  stranger.destroy();
}

/** Nothing that a peer calls itself reaches a terminal raw, or starts a line of its own. */
function expectPrintable(node: NodeUnderTest): void {
  for (const line of [...node.stdout.lines, ...node.stderr.lines]) {
    expect(line).toMatch(/^[ -~]*$/);
    expect(parseRecord(line)?.["event"]).not.toBe("forged");
  }
}

describe.skipIf(python === undefined)("answers that are oddly cut (needs python3)", () => {
  test.for(["one-byte", "merged", "no-newline", "reset-after"])("%s: understood", async (mode, { processes }) => {
    const scene = await startScene(processes, mode);
    const seen = await scene.node.transition({ peer: "rude-1" });
    expect(seen).toMatchObject({ from: "NEVER_SEEN", to: "ALIVE", reason: "first-answer" });
    await scene.rude.reportsPassed("request", 4);
    await expectUnharmed(scene);
    expect(scene.node.transitions().filter(({ to }) => to === "TIMEOUT")).toStrictEqual([]);
  });

  test("hiccup: beats unanswered in between cost a peer neither its status nor its id", async ({ processes }) => {
    const scene = await startScene(processes, "hiccup");
    await scene.rude.report("request", ({ conn }) => conn === 16);
    await expectUnharmed(scene);
    expect(
      scene.node
        .transitions()
        .map(({ peer }) => peer)
        .toSorted(),
    ).toStrictEqual(["healthy", "rude-1"]);
    const { registry } = await scene.node.registry("both", () => true, scene.node.stdout.lines.length);
    expect(Object.keys(registry).toSorted()).toStrictEqual(["healthy", "rude-1"]);
    expect(registry["rude-1"]).toMatchObject({ server_id: "rude-1", port: scene.rude.port, status: "ALIVE" });
  });

  test("merged: lines that we do not know leave the connection open", async ({ processes }) => {
    const scene = await startScene(processes, "merged");
    await scene.rude.reportsPassed("request", 6);
    expect(scene.rude.reports("accepted")).toHaveLength(1);
    await expectUnharmed(scene);
  });
});

describe.skipIf(python === undefined)("answers that are no answers (needs python3)", () => {
  const violations = [
    { mode: "garbage", code: "ERR_LINE_NOT_UTF8", closes: true },
    { mode: "long-line", code: "ERR_LINE_TOO_LONG", closes: true },
    { mode: "id-10000-characters", code: "ERR_LINE_TOO_LONG", closes: true },
    { mode: "deep", code: "ERR_LINE_TOO_DEEP", closes: true },
    { mode: "not-object-number", code: "ERR_LINE_NOT_OBJECT", closes: true },
    { mode: "not-object-array", code: "ERR_LINE_NOT_OBJECT", closes: true },
    { mode: "not-object-string", code: "ERR_LINE_NOT_OBJECT", closes: true },
    { mode: "not-object-null", code: "ERR_LINE_NOT_OBJECT", closes: true },
    { mode: "not-json", code: "ERR_LINE_NOT_JSON", closes: false },
    { mode: "wide", code: "ERR_LINE_TOO_WIDE", closes: false },
    { mode: "id-number", code: "ERR_FIELD_INVALID", closes: false },
    { mode: "id-object", code: "ERR_FIELD_INVALID", closes: false },
    { mode: "id-129-characters", code: "ERR_FIELD_INVALID", closes: false },
  ];

  test.for(violations)("$mode: refused as $code", async ({ mode, code, closes }, { processes }) => {
    const scene = await startScene(processes, mode);
    await scene.node.logged({ code });
    if (closes) await scene.rude.report("closed-by-node");
    await expectUnharmed(scene);
    expect(scene.node.transitions().map(({ peer }) => peer)).toStrictEqual(["healthy"]);
    const { registry } = await scene.node.registry("the rude peer", (shown) => scene.rude.address in shown);
    expect(registry[scene.rude.address]).toMatchObject({ server_id: null, last_seen: null, status: "NEVER_SEEN" });
  });

  test("deep after a good answer: refused as too deep, though longer lines are allowed by then", async ({
    processes,
  }) => {
    const scene = await startScene(processes, "deep-after-answer");
    await scene.node.transition({ peer: "rude-1", to: "ALIVE" });
    await scene.node.logged({ code: "ERR_LINE_TOO_DEEP" });
    await scene.rude.report("closed-by-node");
    await expectUnharmed(scene);
  });

  test("NaN, which Python writes and JSON has not: refused, and the next beat is understood", async ({ processes }) => {
    const scene = await startScene(processes, "nan");
    await scene.node.logged({ code: "ERR_LINE_NOT_JSON" });
    await scene.node.transition({ peer: "rude-1", to: "ALIVE", reason: "first-answer" });
    await expectUnharmed(scene);
  });

  test.for(["never-reads", "half-answer-then-hang", "reset-before", "reset-in-the-middle"])(
    "%s: never seen, and nobody else suffers",
    async (mode, { processes }) => {
      const scene = await startScene(processes, mode);
      // The second attempt proves that the first one was given up.
      await scene.rude.report("accepted", ({ conn }) => conn === 2);
      await expectUnharmed(scene);
      expect(scene.node.transitions().map(({ peer }) => peer)).toStrictEqual(["healthy"]);
    },
  );
});

describe.skipIf(python === undefined)("answers with odd ids (needs python3)", () => {
  test.for(["id-null", "id-empty"])("%s: the peer goes by its address", async (mode, { processes }) => {
    const scene = await startScene(processes, mode);
    await scene.node.transition({ peer: scene.rude.address, to: "ALIVE", reason: "first-answer" });
    await expectUnharmed(scene);
  });

  test.for([
    ["id-proto", "__proto__"],
    ["id-constructor", "constructor"],
  ] as const)("%s: an id like any other", async ([mode, id], { processes }) => {
    const scene = await startScene(processes, mode);
    await scene.node.transition({ peer: id, to: "ALIVE", reason: "first-answer" });
    const { registry } = await scene.node.registry(id, (shown) => Object.hasOwn(shown, id));
    // toMatchObject reads properties by name, which for these two names would find the prototype's.
    const entry = Object.getOwnPropertyDescriptor(registry, id)?.value;
    expect(entry).toMatchObject({ server_id: id, port: scene.rude.port, status: "ALIVE" });
    await expectUnharmed(scene);
  });

  test("control characters, a forged log line and a text direction mark stay within quotes", async ({ processes }) => {
    const scene = await startScene(processes, "id-control-characters", "--log-level", "trace");
    await scene.node.transition({ to: "ALIVE", reason: "first-answer" });
    await expectUnharmed(scene);
    expectPrintable(scene.node);
  });

  test("and in the brief's line they stay within quotes as well", async ({ processes }) => {
    const rude = await startPeer(processes, "rude", "--mode", "id-control-characters");
    const node = await startNode(processes, "--peer", rude.address, "--interval", "0.2", "--log-level", "trace");
    const line = await node.stdout.find("a line", (text) => text);
    expect(line).toMatch(/^\[.{8}\] registry: { '\\+u001b\[31mred.+', host: '127\.0\.0\.1', .+ }$/);
    await rude.reportsPassed("request", 3);
    expectPrintable(node);
  });

  test("our own id: said once, and nobody is added", async ({ processes }) => {
    const rude = await startPeer(processes, "rude", "--mode", "self-id", "--id", "we");
    const healthy = await startPeer(processes, "brief", "--id", "healthy");
    const peers = ["--peer", rude.address, "--peer", healthy.address];
    const node = await startJsonNode(processes, "--id", "we", ...peers, "--interval", "0.2", "--timeout", "4");
    await node.logged({ event: "self-found" });
    await expectUnharmed({ rude, healthy, node });
    expect(node.transitions().map(({ peer }) => peer)).toStrictEqual(["healthy"]);
    const found = node.stderr.lines.filter((line) => parseRecord(line)?.["event"] === "self-found");
    expect(found).toHaveLength(1);
  });
});
