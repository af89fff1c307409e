import { durationMs } from "@mutirao/primitives";
import { bytesOf, expectClosed, expectEqual } from "@mutirao/transport/conformance";
import { expect } from "vitest";
import { tcpCase } from "./tcp-case.ts";

tcpCase("the first reason for an end is the one that is told", async (bench) => {
  const listening = await bench.listening();
  const violator = await bench.rawPeerOf(listening);
  const closed = await bench.rawPeerOf(listening);
  violator.peer.write(Uint8Array.of(0xff, 0x0a));
  await bench.until("the line is refused", () => violator.record.refusals.length === 1);
  listening.transport.close(closed.record.conn);
  closed.peer.reset();
  // Neither foreign peer has ended its side in good order when this ends everything.
  await listening.transport.stop();
  expectEqual(violator.record.closed?.code, "ERR_LINE_VIOLATION", "why the violator's connection closed");
  expectEqual(closed.record.closed?.code, "CONN_CLOSED", "why the other connection closed");
});

tcpCase("stop waits for less than close does", async (bench) => {
  const [closing, stopping] = [await bench.listening(), await bench.listening()];
  const inClose = await bench.rawPeerOf(closing);
  const inStop = await bench.rawPeerOf(stopping);
  closing.transport.close(inClose.record.conn);
  // Begins 50 ms later, and ends before it nevertheless.
  const pacing = await bench.listening({ firstLineMs: durationMs(50) });
  await expectClosed(bench, (await bench.rawPeerOf(pacing)).record, "ERR_FIRST_LINE_TIMEOUT");
  await stopping.transport.stop();
  expectEqual(inStop.record.closed?.code, "CONN_CLOSED", "the end that stop brought");
  expectEqual(inClose.record.closed, undefined, "the end that close brings later");
  await expectClosed(bench, inClose.record, "CONN_CLOSED");
});

tcpCase("the end of a dial is never told from within the dial", async (bench) => {
  const client = bench.create({ connectionsMax: 1 });
  const [wrong, surplus, stopped] = [bench.nextConn(), bench.nextConn(), bench.nextConn()];
  client.dial(wrong, { host: "127.0.0.1", port: 70_000 });
  client.dial(surplus, await bench.unusedEndpoint());
  expect(client.of(surplus).closed).toBeUndefined();
  await expectClosed(bench, client.of(wrong), "ERR_DIAL_LOCAL");
  await client.stop();
  client.dial(stopped, await bench.unusedEndpoint());
  expect(client.of(stopped).closed).toBeUndefined();
  await expectClosed(bench, client.of(stopped), "CONN_CLOSED");
});

tcpCase("a connection that is gone is unknown to every call", async (bench) => {
  const listening = await bench.listening();
  const { peer, record } = await bench.rawPeerOf(listening);
  peer.write(bytesOf("hello\n"));
  peer.reset();
  await bench.until("the end is told", () => record.closed !== undefined);
  listening.transport.send(record.conn, "late\n");
  listening.transport.identify(record.conn);
  listening.transport.close(record.conn);
  expect(() => listening.transport.send(record.conn, "no line end")).toThrow("a line that is sent has its end");
});
