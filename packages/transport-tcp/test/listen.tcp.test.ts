import { formatEndpoint } from "@mutirao/primitives";
import { bytesOf, echo, expectEqual, expectLines, expectReceived } from "@mutirao/transport/conformance";
import { expect } from "vitest";
import { hasIpv6, tcpCase, tcpCaseIf } from "./tcp-case.ts";

/** Reserved for documentation (RFC 5737): no machine has it. */
const FOREIGN_ADDRESS = "192.0.2.1";

tcpCase("an address that is not ours is refused with a code", async (bench) => {
  const transport = bench.create();
  await expect(transport.listen({ host: FOREIGN_ADDRESS, port: 0 })).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
});

tcpCase("a transport that is stopped, or is being stopped, does not listen any more", async (bench) => {
  const endpoint = { host: "127.0.0.1", port: (await bench.unusedEndpoint()).port };
  const transport = bench.create();
  const underWay = transport.listen(endpoint);
  await Promise.all([expect(underWay).rejects.toThrow("stopped"), transport.stop()]);
  await expect(transport.listen(endpoint)).rejects.toThrow("stopped");
  // Nothing is left of either.
  expectEqual(await bench.create().listen(endpoint), endpoint, "the endpoint bound by another transport");
});

tcpCaseIf(hasIpv6, "IPv6", "lines travel over IPv6 as well", async (bench) => {
  const server = bench.create({}, echo);
  const endpoint = await server.listen({ host: "::1", port: 0 });
  expect(formatEndpoint(endpoint)).toMatch(/^\[::1\]:\d+$/);
  const client = bench.create({}, (transport) => ({ connOpened: (conn) => transport.send(conn, "over six\n") }));
  const conn = bench.nextConn();
  client.dial(conn, endpoint);
  await expectLines(bench, client.of(conn), ["over six"]);
  expect(client.of(conn).info).toMatchObject({ remote: endpoint, local: { host: "::1" } });
});

tcpCaseIf(hasIpv6, "IPv6", "a v4-mapped address is told, and counted, in its v4 spelling", async (bench, harness) => {
  const transport = bench.create({ connectionsPerSourceMax: 1 }, echo);
  const [dual, v4Only] = [
    await transport.listen({ host: "::", port: 0 }),
    await transport.listen({ host: "127.0.0.1", port: 0 }),
  ];
  const peer = await harness.rawDial({ host: "127.0.0.1", port: dual.port });
  await bench.until("the peer is accepted", () => transport.accepted().length === 1);
  expect(transport.accepted()[0]?.info).toEqual({ remote: peer.local, local: { host: "127.0.0.1", port: dual.port } });
  const second = await harness.rawDial(v4Only);
  await bench.until("the same address is refused at the other door", () => second.hasEnded || second.isClosed);
  peer.write(bytesOf("unharmed\n"));
  await expectReceived(bench, peer, "unharmed\n");
});
