import { durationMs } from "@mutirao/primitives";
import { bytesOf, echo, expectClosed, expectEqual, expectLines, expectReceived } from "@mutirao/transport/conformance";
import { expect } from "vitest";
import { tcpCase } from "./tcp-case.ts";

tcpCase("a sender above its rate has to keep what it sends", async (bench, harness) => {
  const listening = await bench.listening({ linesPerSecondMax: 1, linesBurstMax: 1 });
  const { peer, record } = await bench.rawPeerOf(listening);
  const line = bytesOf(`${"x".repeat(8_000)}\n`);
  for (let count = 0; count * line.length < 2 * bench.pathMaxBytes; count++) peer.write(line);
  await bench.quiet();
  expectEqual(record.closed, undefined, "the end of the connection");
  expect(harness.rawSockets[0]?.writableLength).toBeGreaterThan(0);
});

tcpCase("a connection whose lines wait for their rate is not idle", async (bench) => {
  // Each line waits for longer than the idle limit.
  const listening = await bench.listening({ linesPerSecondMax: 4, linesBurstMax: 1, idleMs: durationMs(150) });
  const { peer, record } = await bench.rawPeerOf(listening);
  peer.write(bytesOf("1\n2\n3\n4\n"));
  await expectLines(bench, record, ["1", "2", "3", "4"]);
  // After 250 ms its next line would be due; only then it begins to be idle, and has the whole limit.
  const pacing = await bench.listening({ firstLineMs: durationMs(325) });
  const pace = await bench.rawPeerOf(pacing);
  await expectClosed(bench, pace.record, "ERR_FIRST_LINE_TIMEOUT");
  expectEqual(record.closed, undefined, "the end of the connection");
  await expectClosed(bench, record, "ERR_IDLE_TIMEOUT");
});

tcpCase("a connection that is closed while it waits for its rate ends in good order", async (bench, harness) => {
  const listening = await bench.listening({ linesPerSecondMax: 1, linesBurstMax: 1 }, echo);
  const { peer, record } = await bench.rawPeerOf(listening);
  peer.write(bytesOf("hello\n"));
  await expectReceived(bench, peer, "hello\n");
  const line = bytesOf(`${"x".repeat(8_000)}\n`);
  for (let count = 0; count * line.length < 2 * bench.pathMaxBytes; count++) peer.write(line);
  await bench.quiet();
  // What is still on its way has to be read and dropped: unread, it would make the end a reset.
  listening.transport.close(record.conn);
  peer.end();
  await bench.until("the foreign peer's connection is over", () => peer.isClosed);
  expect(harness.rawSockets[0]?.errored).toBeNull();
  await expectClosed(bench, record, "CONN_CLOSED");
});
