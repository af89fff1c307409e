import { acceptedConnId, instantMs } from "@mutirao/primitives";
import { transportLimitDefaults } from "@mutirao/transport";
import { bytesOf, expectClosed, expectEqual, expectReceived } from "@mutirao/transport/conformance";
import { expect } from "vitest";
import { createConnectionOutput } from "../src/connection-output.ts";
import { lineRateOf } from "../src/line-budget.ts";
import { connectSocket } from "../src/sockets.ts";
import { createTcpConnection } from "../src/tcp-connection.ts";
import { tcpCase } from "./tcp-case.ts";

tcpCase("what is sent within one turn leaves in one write", async (bench, harness) => {
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}\n`);
  const listening = await bench.listening({}, (transport) => ({
    lineReceived(conn) {
      for (const line of lines) transport.send(conn, line);
    },
  }));
  const { peer, record } = await bench.rawPeerOf(listening);
  let chunks = 0;
  harness.rawSockets[0]?.on("data", () => chunks++);
  peer.write(bytesOf("go\n"));
  await expectReceived(bench, peer, lines.join(""));
  expect(chunks).toBe(1);
  // The same when nothing has arrived, as on a node's own deadlines.
  for (const line of lines) listening.transport.send(record.conn, line);
  await expectReceived(bench, peer, lines.join("").repeat(2));
  expect(chunks).toBe(2);
});

tcpCase("never does more wait than the limit and one piece, whatever is sent", async (bench) => {
  const limits = { outputPauseBytes: 16 * 1_024, outputMaxBytes: 128 * 1_024 };
  const line = `${"x".repeat(999)}\n`;
  const listener = await bench.rawListen();
  const socket = connectSocket(listener.endpoint.host, listener.endpoint.port, undefined, limits.outputPauseBytes);
  socket.on("error", () => {});
  try {
    await bench.until("the foreign peer accepts", () => listener.accepted().length === 1);
    listener.accepted()[0]?.pause();
    const connection = createTcpConnection(
      acceptedConnId(0),
      undefined,
      1_024,
      lineRateOf(transportLimitDefaults),
      instantMs(0),
    );
    Object.assign(connection, { phase: "open", socket });
    let cuts = 0;
    const output = createConnectionOutput({
      limits,
      clock: () => instantMs(0),
      onDrained: () => {},
      onTooMuch() {
        cuts++;
        connection.phase = "closing";
      },
    });
    let waitingMaxBytes = 0;
    for (let sentBytes = 0; connection.phase === "open" && sentBytes < 64 * bench.pathMaxBytes; ) {
      output.send(connection, line);
      sentBytes += line.length;
      waitingMaxBytes = Math.max(waitingMaxBytes, socket.writableLength + connection.unflushed.length);
    }
    expect(cuts).toBe(1);
    expect(waitingMaxBytes).toBeGreaterThan(limits.outputMaxBytes);
    expect(waitingMaxBytes).toBeLessThanOrEqual(limits.outputMaxBytes + limits.outputPauseBytes + line.length);
  } finally {
    socket.destroy();
  }
});

tcpCase("what is sent before a dial succeeds is bounded as well", async (bench) => {
  const listener = await bench.rawListen();
  const client = bench.create();
  const conn = bench.nextConn();
  client.dial(conn, listener.endpoint);
  const line = `${"x".repeat(65_535)}\n`;
  for (let count = 0; count < 32; count++) client.send(conn, line);
  await expectClosed(bench, client.of(conn), "ERR_SLOW_CONSUMER");
});

tcpCase("a turn ends when its answers become too much, not only at its share", async (bench) => {
  // Ten bytes ask for a hundred times as much; all questions fit into one chunk, and all answers do not.
  const answer = `${"x".repeat(999)}\n`;
  const limits = { outputPauseBytes: 16 * 1_024, outputMaxBytes: 64 * 1_024, linesPerTurnMax: 1_000_000 };
  const listening = await bench.listening({ ...limits, linesBurstMax: 1_000_000 }, (transport) => ({
    lineReceived: (conn) => transport.send(conn, answer),
  }));
  const { peer, record } = await bench.rawPeerOf(listening);
  peer.pause();
  const questions = 6_000;
  peer.write(bytesOf("question!\n".repeat(questions)));
  await bench.quiet();
  expectEqual(record.closed, undefined, "the end of the connection");
  expect(record.lines.length).toBeLessThan(questions);
  peer.resume();
  await expectReceived(bench, peer, answer.repeat(questions));
});

tcpCase("close lets output leave that still waits in the process for a slow reader", async (bench, harness) => {
  const line = `${"x".repeat(65_535)}\n`;
  const probe = await bench.rawListen();
  await bench.rawDial(probe.endpoint);
  await bench.until("the probe is accepted", () => probe.accepted().length === 1);
  probe.accepted()[0]?.pause();
  let pathBytes = 0;
  for (const socket = harness.rawSockets[0]; socket?.writableLength === 0; pathBytes += line.length) {
    socket.write(line, "latin1");
  }

  const listening = await bench.listening();
  const { peer, record } = await bench.rawPeerOf(listening);
  peer.pause();
  const sent = line.repeat(Math.ceil((pathBytes + 512 * 1_024) / line.length));
  for (let bytes = 0; bytes < sent.length; bytes += line.length) listening.transport.send(record.conn, line);
  listening.transport.close(record.conn);
  peer.resume();
  await bench.until("the foreign peer is told the end", () => peer.hasEnded || peer.isClosed);
  expectEqual(peer.received().length, sent.length, "bytes received");
  expectEqual(record.closed?.code ?? "CONN_CLOSED", "CONN_CLOSED", "why the connection closed");
});
