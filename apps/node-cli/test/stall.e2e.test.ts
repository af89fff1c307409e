import { type Processes, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { type JsonNode, startJsonNode, startNode } from "./support/nodes.ts";

/** How long a node is stopped: more than three times its timeout, as a suspended laptop would be. In real time. */
const STOPPED_MS = 10_000;
const settings = ["--interval", "1", "--timeout", "3"];

const isAboutToStop = ["after its registry", "after its beat", "between the two"] as const;

/** Stops the node at this moment of its round, and lets it go on after a while. */
async function stopAndContinue(node: JsonNode, moment: (typeof isAboutToStop)[number]): Promise<void> {
  await node.registry("anybody", () => true, node.stdout.lines.length);
  const waitMs = { "after its registry": 0, "after its beat": 5, "between the two": 500 }[moment];
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  node.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, STOPPED_MS));
  node.signal("SIGCONT");
}

async function startStallable(processes: Processes, ...peers: readonly string[]): Promise<JsonNode> {
  const node = await startJsonNode(processes, ...settings, ...peers.flatMap((peer) => ["--peer", peer]));
  await node.registry("every peer", (shown) => Object.values(shown).every(({ status }) => status === "ALIVE"));
  return node;
}

describe.skipIf(process.platform === "win32")("a node that was itself stopped for long (needs SIGSTOP)", () => {
  test("accuses nobody who lives, and notices who died meanwhile", async ({ processes }) => {
    const living = await startNode(processes, "--id", "living");
    const dying = await startNode(processes, "--id", "dying");
    const nodes = await Promise.all(isAboutToStop.map(() => startStallable(processes, living.address, dying.address)));
    const witness = await startJsonNode(
      processes,
      ...[...settings, ...nodes.flatMap(({ address }) => ["--peer", address])],
    );
    await witness.registry("all of them", (shown) => nodes.every(({ id }) => shown[id]?.status === "ALIVE"));

    const stops = nodes.map((node, index) => stopAndContinue(node, isAboutToStop[index] ?? "after its beat"));
    // They are seen to be silent, so they are stopped; the peer that dies now dies in their sleep.
    for (const { id } of nodes) await witness.transition({ peer: id, to: "TIMEOUT", reason: "silent" });
    await dying.kill();
    await Promise.all(stops);

    for (const node of nodes) {
      await witness.transition({ peer: node.id, from: "TIMEOUT", to: "ALIVE", reason: "answered-again" });
      expect(await node.logged({ event: "stalled" })).toMatchObject({ level: expect.any(Number) });
      await node.transition({ peer: "dying", from: "ALIVE", to: "TIMEOUT", reason: "silent" });
      expect(node.transitions().filter(({ peer }) => peer === "living")).toMatchObject([{ to: "ALIVE" }]);
      await node.registry(
        "the living one alone ALIVE",
        ({ living: entry, dying: other }) => entry?.status === "ALIVE" && other?.status === "TIMEOUT",
      );
    }
  });
});
