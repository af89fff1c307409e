import { freePort, messageOf, ownLoopbackHost, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { startJsonNode } from "./support/nodes.ts";
import { startPeer } from "./support/peers.ts";

const fast = ["--interval", "0.2"];
const patient = [...fast, "--timeout", "10"];

describe.skipIf(python === undefined)("with a node of the class (needs python3)", () => {
  test("its dialect is learned from the bare request that it refuses, and its connection is reused", async ({
    processes,
  }) => {
    const peer = await startPeer(processes, "class", "--id", "SERVER_2");
    const node = await startJsonNode(processes, "--peer", peer.address, ...patient);

    const { registry } = await node.registry("it", (shown) => shown["SERVER_2"]?.status === "ALIVE");
    expect(registry).toStrictEqual({
      SERVER_2: {
        server_id: "SERVER_2",
        host: "127.0.0.1",
        port: peer.port,
        last_seen: expect.any(Number),
        status: "ALIVE",
      },
    });

    await peer.reportsPassed("request", 8);
    const [bare, ...others] = peer.reports("request");
    expect(bare).toMatchObject({ conn: 1 });
    expect(others.length).toBeGreaterThanOrEqual(8);
    expect(bare && messageOf(bare)).toStrictEqual({ TASK: "HEARTBEAT" });
    for (const request of others) {
      expect(messageOf(request)).toStrictEqual({ SERVER_UUID: node.id, TASK: "HEARTBEAT" });
    }
    // The first connection was refused by the peer; the second has carried every beat since.
    expect(others.every(({ conn }) => conn === 2)).toBe(true);
    expect(peer.reports("accepted")).toHaveLength(2);
    expect(peer.reports("ended")).toHaveLength(0);
  });

  test("it finds us ALIVE, answered with both keys, on one connection that we never close", async ({ processes }) => {
    const node = await startJsonNode(processes, ...patient);
    const peer = await startPeer(processes, "class", "--peer", node.address, ...patient);

    await peer.reportsPassed("answer", 8);
    const shape = { SERVER_UUID: node.id, TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: node.id };
    for (const answer of peer.reports("answer")) expect(messageOf(answer)).toStrictEqual(shape);
    expect(peer.reports("dialled")).toHaveLength(1);
    expect(peer.reports("probe-failed")).toHaveLength(0);
    await peer.stdout.find(
      "us in its registry",
      (line) => line.includes(`'server_id': '${node.id}'`) && line.includes("'status': 'ALIVE'") && line,
    );
  });

  test("one that keeps the connection of a bare request and says nothing is learned as well", async ({ processes }) => {
    const peer = await startPeer(processes, "class", "--silent", "--id", "SERVER_3");
    const node = await startJsonNode(processes, "--peer", peer.address, "--answer-timeout", "0.5", ...patient);
    await node.transition({ peer: "SERVER_3", to: "ALIVE", reason: "first-answer" });
  });

  test("killed it is TIMEOUT; started again it is ALIVE, asked at once in the dialect that it knows", async ({
    processes,
  }) => {
    const host = ownLoopbackHost();
    const flags = ["--host", host, "--port", String(await freePort(host)), "--id", "SERVER_2"];
    const peer = await startPeer(processes, "class", ...flags);
    const node = await startJsonNode(processes, "--peer", peer.address, ...fast, "--timeout", "0.6");
    await node.transition({ peer: "SERVER_2", to: "ALIVE" });

    const killedAt = node.stdout.lines.length;
    await peer.kill();
    await node.transition({ peer: "SERVER_2", from: "ALIVE", to: "TIMEOUT", reason: "silent" }, killedAt);

    const startedAt = node.stdout.lines.length;
    const restarted = await startPeer(processes, "class", ...flags);
    expect(messageOf(await restarted.report("request"))).toStrictEqual({ SERVER_UUID: node.id, TASK: "HEARTBEAT" });
    await node.transition({ peer: "SERVER_2", from: "TIMEOUT", to: "ALIVE", reason: "answered-again" }, startedAt);
  });
});
