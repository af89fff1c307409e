import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { test as base, freePort, ownLoopbackHost, python } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { registriesPassed, startJsonNode } from "./support/nodes.ts";
import { startPeer } from "./support/peers.ts";

const SILENT_COUNT = 40;
const REFUSING_COUNT = 20;
const NAMELESS_COUNT = 10;

/** Servers that accept every connection and never read or say anything. */
const test = base.extend("silentAddresses", async ({ task: _task }, { onCleanup }): Promise<readonly string[]> => {
  const servers = Array.from({ length: SILENT_COUNT }, () =>
    createServer({ pauseOnConnect: true }, (socket) => {
      socket.on("error", () => {});
      accepted.push(socket);
    }),
  );
  const accepted: { destroy(): void }[] = [];
  onCleanup(() => {
    for (const server of servers) server.close();
    for (const socket of accepted) socket.destroy();
  });
  return Promise.all(servers.map(listeningAddress));
});

async function listeningAddress(server: Server): Promise<string> {
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(python === undefined)("among peers that do not answer (needs python3)", () => {
  test("a healthy peer is probed every interval and never accused", async ({ processes, silentAddresses }) => {
    const refusingHost = ownLoopbackHost();
    const refusing = await Promise.all(
      Array.from({ length: REFUSING_COUNT }, async () => `${refusingHost}:${await freePort(refusingHost)}`),
    );
    const nameless = Array.from({ length: NAMELESS_COUNT }, (_, index) => `nobody-${index}.invalid:9101`);
    const healthy = await startPeer(processes, "brief", "--id", "healthy");
    // The healthy peer stands in the middle: neither the first nor the last to be served.
    const peers = [...silentAddresses, ...refusing, healthy.address, ...nameless];
    const node = await startJsonNode(
      processes,
      ...peers.flatMap((address) => ["--peer", address]),
      ...["--interval", "0.25", "--timeout", "2.5"],
    );
    await node.transition({ peer: "healthy", to: "ALIVE" });

    // Long enough for the silent ones to be given up and probed again, while the others back off.
    const before = healthy.reports("request").length;
    await registriesPassed(node, 24);
    const beats = healthy.reports("request").length - before;
    // The node prints once per interval, so the two counts measure each other, whatever the speed of the machine.
    expect(beats).toBeGreaterThanOrEqual(21);
    expect(beats).toBeLessThanOrEqual(27);
    expect(node.transitions()).toHaveLength(1);
    const { registry } = await node.registry("everybody", () => true, node.stdout.lines.length);
    expect(Object.keys(registry)).toHaveLength(peers.length);
    expect(Object.values(registry).filter(({ status }) => status === "NEVER_SEEN")).toHaveLength(peers.length - 1);
  });

  test("a peer that answers rubbish at every beat does not have its neighbours on the same address muted", async ({
    processes,
  }) => {
    const rude = await startPeer(processes, "rude", "--mode", "garbage");
    const healthy = await startPeer(processes, "brief", "--id", "healthy");
    const node = await startJsonNode(
      processes,
      ...["--peer", rude.address, "--peer", healthy.address, "--interval", "0.05", "--timeout", "4"],
    );
    const probing = await startPeer(processes, "brief", "--peer", node.address, "--interval", "0.2", "--timeout", "5");
    await rude.reportsPassed("request", 130);
    await probing.reportsPassed("answer", 3);
    await healthy.reportsPassed("request", 3);
    expect(probing.reports("probe-failed")).toStrictEqual([]);
    expect(node.transitions()).toMatchObject([{ peer: "healthy", to: "ALIVE" }]);
  });
});
