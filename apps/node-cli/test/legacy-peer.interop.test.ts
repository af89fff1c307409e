import { freePort, messageOf, ownLoopbackHost, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { startJsonNode } from "./support/nodes.ts";
import { startPeer } from "./support/peers.ts";

const fast = ["--interval", "0.2"];
const patient = [...fast, "--timeout", "10"];

describe.skipIf(python === undefined)("with a node of the older spelling (needs python3)", () => {
  test("its spelling is learned after the other two were refused, and it goes by its address", async ({
    processes,
  }) => {
    const peer = await startPeer(processes, "legacy");
    const node = await startJsonNode(processes, "--peer", peer.address, ...patient);

    const seen = await node.transition({ peer: peer.address });
    expect(seen).toMatchObject({ from: "NEVER_SEEN", to: "ALIVE", reason: "first-answer" });
    const { registry } = await node.registry("it", () => true);
    expect(registry).toStrictEqual({
      [peer.address]: {
        server_id: peer.address,
        host: "127.0.0.1",
        port: peer.port,
        last_seen: expect.any(Number),
        status: "ALIVE",
      },
    });

    const [bare, ours, legacy] = [
      { TASK: "HEARTBEAT" },
      { SERVER_UUID: node.id, TASK: "HEARTBEAT" },
      { SERVER: "ALIVE", TASK: "REQUEST" },
    ];
    await peer.reportsPassed("request", 8);
    // The first answer is followed by one trial, in case it closed the other two for another reason.
    const [first, ...others] = peer.reports("request").map((report) => messageOf(report));
    expect([first, ...others.splice(0, 4)]).toStrictEqual([bare, ours, legacy, bare, legacy]);
    for (const request of others) expect(request).toStrictEqual(legacy);
  });

  test("it finds us ALIVE, answered in its own spelling", async ({ processes }) => {
    const node = await startJsonNode(processes, ...patient);
    const peer = await startPeer(processes, "legacy", "--peer", node.address, ...patient);

    expect(messageOf(await peer.report("answer"))).toStrictEqual({ SERVER: "ALIVE", TASK: "RECIEVE" });
    await peer.stdout.find(
      "us in its registry",
      (line) => line.includes(`'server_id': '${node.address}'`) && line.includes("'status': 'ALIVE'") && line,
    );
  });

  test("killed it is TIMEOUT, started again it is ALIVE", async ({ processes }) => {
    const host = ownLoopbackHost();
    const flags = ["--host", host, "--port", String(await freePort(host))];
    const peer = await startPeer(processes, "legacy", ...flags);
    const node = await startJsonNode(processes, "--peer", peer.address, ...fast, "--timeout", "1.5");
    await node.transition({ peer: peer.address, to: "ALIVE" });

    const killedAt = node.stdout.lines.length;
    await peer.kill();
    await node.transition({ peer: peer.address, from: "ALIVE", to: "TIMEOUT", reason: "silent" }, killedAt);
    const startedAt = node.stdout.lines.length;
    await startPeer(processes, "legacy", ...flags);
    await node.transition({ peer: peer.address, to: "ALIVE", reason: "answered-again" }, startedAt);
  });
});
