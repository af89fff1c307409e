import { readFileSync } from "node:fs";
import { durationMs, type Endpoint } from "@mutirao/primitives";
import { bytesOf, echo, expectReceived } from "@mutirao/transport/conformance";
import { expect } from "vitest";
import { tcpCaseIf } from "./tcp-case.ts";

/** The timer that the kernel runs for a connection (0: none, 2: keep-alive), from its table. */
function kernelTimerOf(local: Endpoint, remote: Endpoint): string | undefined {
  const hex = ({ host, port }: Endpoint): string => {
    const bytes = host.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
    return `${bytes.reverse().join("")}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
  };
  const row = readFileSync("/proc/net/tcp", "latin1")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, localAddress, remoteAddress]) => localAddress === hex(local) && remoteAddress === hex(remote));
  return row?.[5]?.slice(0, 2);
}

tcpCaseIf(
  process.platform === "linux",
  "/proc/net/tcp",
  "a connection that lives on is kept alive, whoever dialled",
  async (bench) => {
    const listening = await bench.listening({ firstLineMs: durationMs(250) }, echo);
    const { peer } = await bench.rawPeerOf(listening);
    const listener = await bench.rawListen();
    const conn = bench.nextConn();
    listening.transport.dial(conn, listener.endpoint);
    peer.write(bytesOf("hello\n"));
    await expectReceived(bench, peer, "hello\n");
    await bench.until("the dial succeeds", () => listener.accepted().length === 1);
    const dialled = listener.accepted()[0];
    if (dialled === undefined) throw new Error("the foreign peer is there");
    // A silent connection of the same transport tells when some time has passed.
    const silent = await bench.rawPeerOf(listening);
    await bench.until("some time has passed", () => silent.record.closed !== undefined);
    expect(kernelTimerOf(peer.remote, peer.local)).toBe("02");
    expect(kernelTimerOf(dialled.remote, dialled.local)).toBe("02");
  },
);
