import {
  connectRaw,
  type ForeignPeer,
  type LogRecord,
  type Processes,
  parseRecord,
  python,
  test,
} from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { type JsonNode, startJsonNode } from "./support/nodes.ts";
import { runPeer, startPeer } from "./support/peers.ts";

const patient = ["--interval", "0.2", "--timeout", "5"];

interface Scene {
  readonly node: JsonNode;
  /** Probes our node all the time, and is probed by it. */
  readonly healthy: ForeignPeer;
}

async function startScene(processes: Processes): Promise<Scene> {
  const silent = await startPeer(processes, "brief", "--id", "probed");
  const node = await startJsonNode(processes, "--peer", silent.address, ...patient);
  const healthy = await startPeer(processes, "brief", "--id", "probing", "--peer", node.address, ...patient);
  await healthy.report("answer");
  return { node, healthy };
}

/** Attacks until the attacker is done, and gives back how each of its connections ended. */
async function attack(
  processes: Processes,
  node: JsonNode,
  ...flags: readonly string[]
): Promise<readonly LogRecord[]> {
  const attacker = runPeer(processes, "rude", ["--attack", node.address, ...flags]);
  const { code } = await attacker.exited;
  expect(code).toBe(0);
  const reports = attacker.stdout.lines.map(parseRecord).filter((report) => report !== undefined);
  const outcomes = reports.filter((report) => report["event"] === "attack");
  expect(reports.at(-1)).toStrictEqual({ event: "attack-over", connections: outcomes.length });
  return outcomes;
}

async function expectAnswered(node: JsonNode): Promise<void> {
  const stranger = await connectRaw(node);
  stranger.write('{"TASK":"HEARTBEAT"}\n');
  expect(await stranger.answer(0)).toStrictEqual({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: node.id });
  stranger.destroy();
}

describe.skipIf(python === undefined)("under attack by a rude client (needs python3)", () => {
  test("every kind of rubbish at once leaves the node answering, and its peers alive", async ({ processes }) => {
    const { node, healthy } = await startScene(processes);
    const outcomes = await attack(processes, node, "--times", "3");
    expect(outcomes.length).toBeGreaterThan(60);

    await expectAnswered(node);
    await healthy.reportsPassed("answer", 3);
    expect(healthy.reports("probe-failed")).toStrictEqual([]);
    expect(node.transitions()).toMatchObject([{ peer: "probed", to: "ALIVE" }]);

    // Entries are rationed per address, so which kinds are logged is chance; that some are is not.
    await node.logged({ event: "line-refused" });
    node.signal("SIGTERM");
    if (process.platform !== "win32") expect(await node.exited).toStrictEqual({ code: 0, signal: null });
  });

  test("each connection ends as it should: rubbish is cut off, odd requests are answered", async ({ processes }) => {
    const { node } = await startScene(processes);
    const outcomes = await attack(processes, node, "--times", "1");
    const outcomeOf = (kind: string): LogRecord | undefined => outcomes.find((outcome) => outcome["kind"] === kind);

    for (const kind of ["garbage", "not-object", "long-line", "deep", "deep-unclosed"]) {
      expect(outcomeOf(kind)).toMatchObject({ kind, answers: [], ended: expect.stringMatching(/^(fin|reset)$/) });
    }
    for (const kind of ["http", "tls", "zeroes", "fields-of-wrong-types", "prototype", "answer-without-request"]) {
      expect(outcomeOf(kind)).toMatchObject({ kind, answers: [] });
    }
    const answer = JSON.stringify({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: node.id });
    expect(outcomeOf("request-byte-by-byte")).toMatchObject({ answers: [answer], ended: "open" });
    expect(outcomeOf("request-without-newline")).toMatchObject({ answers: [answer], ended: "fin" });
    expect(outcomeOf("two-requests-in-one-segment")).toMatchObject({ answers: [answer, answer], ended: "fin" });
  });

  // Only Linux lets anybody use all of 127.0.0.0/8 as source addresses without setting them up.
  test.skipIf(process.platform !== "linux")(
    "an address that keeps sending rubbish is muted, and nobody else is (Linux only: needs a second loopback address)",
    async ({ processes }) => {
      const { node, healthy } = await startScene(processes);
      await attack(processes, node, "--source", "127.0.0.66", "--times", "120", "--kind", "not-object");
      expect(await node.logged({ event: "source-muted" })).toMatchObject({ host: "127.0.0.66" });

      const [outcome] = await attack(
        processes,
        node,
        ...["--source", "127.0.0.66", "--times", "1", "--kind", "request-byte-by-byte"],
      );
      expect(outcome).toMatchObject({ answers: [] });
      await expectAnswered(node);
      await healthy.reportsPassed("answer", 3);
      expect(healthy.reports("probe-failed")).toStrictEqual([]);
    },
  );
});
