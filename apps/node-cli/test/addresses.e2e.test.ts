import { hasIpv6Loopback, isLocalhostIpv6, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { startJsonNode, startNode } from "./support/nodes.ts";

const patient = ["--interval", "0.2", "--timeout", "10"];

describe("peers that are not plain IPv4 addresses", () => {
  test("a host name is looked up, and shown as it was given", async ({ processes }) => {
    const peer = await startNode(processes, ...patient);
    const node = await startJsonNode(processes, "--peer", `localhost:${peer.port}`, ...patient);
    const { registry } = await node.registry("the peer", (shown) => shown[peer.id]?.status === "ALIVE");
    expect(registry[peer.id]).toMatchObject({ host: "localhost", port: peer.port });
  });

  test.skipIf(!hasIpv6Loopback)("[::1] is dialled, though we listen on IPv4 (needs ::1)", async ({ processes }) => {
    const peer = await startNode(processes, "--host", "::1", ...patient);
    expect(peer.address).toBe(`[::1]:${peer.port}`);
    const node = await startJsonNode(processes, "--peer", peer.address, ...patient);
    const { registry } = await node.registry("the peer", (shown) => shown[peer.id]?.status === "ALIVE");
    expect(registry[peer.id]).toMatchObject({ host: "::1", port: peer.port });
  });

  test.skipIf(!isLocalhostIpv6)(
    "localhost finds a peer on ::1 only (needs a localhost that is ::1 as well)",
    async ({ processes }) => {
      const peer = await startNode(processes, "--host", "::1", ...patient);
      const node = await startJsonNode(processes, "--peer", `localhost:${peer.port}`, ...patient);
      await node.transition({ peer: peer.id, to: "ALIVE" });
    },
  );
});
