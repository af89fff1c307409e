import { freePort, messageOf, ownLoopbackHost, python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { startJsonNode } from "./support/nodes.ts";
import { startPeer } from "./support/peers.ts";

const fast = ["--interval", "0.2"];
/** Longer than a busy machine is likely to starve a process for: here nobody is meant to time out. */
const patient = [...fast, "--timeout", "10"];

describe.skipIf(python === undefined)("with the node of the brief (needs python3)", () => {
  test("we find it ALIVE, under the id that it gave, where it listens", async ({ processes }) => {
    const peer = await startPeer(processes, "brief", "--id", "brief-7");
    const node = await startJsonNode(processes, "--peer", peer.address, ...patient);

    const seen = await node.transition({ peer: "brief-7" });
    expect(seen).toMatchObject({ from: "NEVER_SEEN", to: "ALIVE", reason: "first-answer" });
    const { registry } = await node.registry("anybody", () => true);
    expect(registry).toStrictEqual({
      "brief-7": {
        server_id: "brief-7",
        host: "127.0.0.1",
        port: peer.port,
        last_seen: expect.any(Number),
        status: "ALIVE",
      },
    });
  });

  test("it is asked in the brief's words, on a new connection per beat", async ({ processes }) => {
    const peer = await startPeer(processes, "brief");
    await startJsonNode(processes, "--peer", peer.address, ...patient);

    await peer.reportsPassed("request", 6);
    const requests = peer.reports("request").slice(0, 6);
    expect(requests.map((report) => messageOf(report))).toStrictEqual(Array(6).fill({ TASK: "HEARTBEAT" }));
    expect(requests.map(({ conn }) => conn)).toStrictEqual([1, 2, 3, 4, 5, 6]);
  });

  test("it finds us ALIVE, answered in exactly the brief's shape", async ({ processes }) => {
    const node = await startJsonNode(processes, ...patient);
    const peer = await startPeer(processes, "brief", "--peer", node.address, ...patient);

    const answer = await peer.report("answer");
    const shape = { TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: node.id };
    expect(messageOf(answer)).toStrictEqual(shape);
    expect(Object.keys(messageOf(answer) as object)).toStrictEqual(Object.keys(shape));
    await peer.stdout.find(
      "us in its registry",
      (line) => line.includes(`'server_id': '${node.id}'`) && line.includes("'status': 'ALIVE'") && line,
    );
  });

  test("it times us out when we are gone, and finds us again when we are back", async ({ processes }) => {
    const host = ownLoopbackHost();
    const flags = ["--host", host, "--port", String(await freePort(host)), "--id", "ours", ...patient];
    const node = await startJsonNode(processes, ...flags);
    const peer = await startPeer(processes, "brief", "--peer", node.address, ...fast, "--timeout", "1");
    await peer.report("answer");

    await node.kill();
    await peer.report("timeout", (report) => report["peer"] === "ours");
    const from = peer.stdout.lines.length;
    await startJsonNode(processes, ...flags);
    await peer.stdout.find(
      "us in its registry again",
      (line) => line.includes("'server_id': 'ours'") && line.includes("'status': 'ALIVE'") && line,
      from,
    );
  });

  test("killed it is TIMEOUT, started again it is ALIVE", async ({ processes }) => {
    const host = ownLoopbackHost();
    const flags = ["--host", host, "--port", String(await freePort(host)), "--id", "brief-7"];
    const peer = await startPeer(processes, "brief", ...flags);
    const node = await startJsonNode(processes, "--peer", peer.address, ...fast, "--timeout", "0.6");
    await node.transition({ peer: "brief-7", to: "ALIVE" });

    const killedAt = node.stdout.lines.length;
    await peer.kill();
    await node.transition({ peer: "brief-7", from: "ALIVE", to: "TIMEOUT", reason: "silent" }, killedAt);
    const { registry } = await node.registry("it in TIMEOUT", (shown) => shown["brief-7"]?.status === "TIMEOUT");
    expect(registry["brief-7"]).toMatchObject({ server_id: "brief-7", host, port: peer.port });

    const startedAt = node.stdout.lines.length;
    await startPeer(processes, "brief", ...flags);
    await node.transition({ peer: "brief-7", from: "TIMEOUT", to: "ALIVE", reason: "answered-again" }, startedAt);
  });
});
