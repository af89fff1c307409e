import { assert, type ConnId, dialledConnId, durationMs } from "@mutirao/primitives";
import {
  bytesOf,
  type ConformanceCase,
  conformanceCase,
  echo,
  expectClosed,
  expectEqual,
  expectLines,
  expectReceived,
} from "./bench.ts";

/** How connections end: once, for a reason, and without losing what was sent. */
export const endCases: readonly ConformanceCase[] = [
  conformanceCase("a connection that the other side ends is CONN_ENDED, and is ended by us too", async (bench) => {
    const listening = await bench.listening();
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.end();
    await expectClosed(bench, record, "CONN_ENDED");
    await bench.until("the foreign peer is told the end", () => peer.hasEnded);
  }),

  conformanceCase(
    "a connection on which an answer is owed stays open for it after the other side's end",
    async (bench) => {
      const listening = await bench.listening({}, (transport) => ({ lineReceived: (conn) => transport.owe(conn) }));
      const { transport } = listening;
      for (const question of ["whole\n", "without its end"]) {
        const { peer, record } = await bench.rawPeerOf(listening);
        peer.write(bytesOf(question));
        peer.end();
        await expectLines(bench, record, [question.trim()]);
        await bench.until("the end of the other side is told", () => record.hasInputEnded);
        await bench.quiet();
        expectEqual(record.closed, undefined, "the end of the connection before the answer");
        transport.send(record.conn, "answer\n");
        transport.close(record.conn);
        await expectReceived(bench, peer, "answer\n");
        await expectClosed(bench, record, "CONN_CLOSED");
      }
    },
  ),

  conformanceCase(
    "the end of the other side is told once, after all that it sent, and only if an answer is owed",
    async (bench) => {
      const listening = await bench.listening({}, (transport) => ({
        lineReceived(conn, line) {
          if (line === "question") transport.owe(conn);
        },
        inputEnded: (conn) => transport.close(conn),
      }));
      const asking = await bench.rawPeerOf(listening);
      asking.peer.write(bytesOf("question\nanother\n"));
      asking.peer.end();
      await expectClosed(bench, asking.record, "CONN_CLOSED");
      expectEqual(asking.record.lines, ["question", "another"], "the lines");
      const telling = await bench.rawPeerOf(listening);
      telling.peer.write(bytesOf("news\n"));
      telling.peer.end();
      await expectClosed(bench, telling.record, "CONN_ENDED");
      expectEqual(telling.record.hasInputEnded, false, "whether the end was told of one on which nothing is owed");
    },
  ),

  conformanceCase("an answer that never comes keeps no connection open beyond the idle limit", async (bench) => {
    const limits = { idleMs: durationMs(100) };
    const listening = await bench.listening(limits, (transport) => ({ lineReceived: (conn) => transport.owe(conn) }));
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.write(bytesOf("question\n"));
    peer.end();
    await expectClosed(bench, record, "ERR_IDLE_TIMEOUT");
  }),

  conformanceCase("a connection that is reset is ERR_CONN_RESET", async (bench) => {
    const listening = await bench.listening();
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.write(bytesOf("begun\nnot ended"));
    await expectLines(bench, record, ["begun"]);
    peer.reset();
    await expectClosed(bench, record, "ERR_CONN_RESET");
    expectEqual(record.lines, ["begun"], "the lines: a part of one is not delivered when the connection breaks");
  }),

  conformanceCase("close sends what was asked before it, then ends", async (bench) => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index} ${"x".repeat(100)}\n`);
    const listening = await bench.listening({}, (transport) => ({
      connOpened(conn) {
        for (const line of lines) transport.send(conn, line);
        transport.close(conn);
        transport.send(conn, "too late\n");
      },
    }));
    const { peer, record } = await bench.rawPeerOf(listening);
    await expectReceived(bench, peer, lines.join(""));
    await bench.until("the foreign peer is told the end", () => peer.hasEnded);
    peer.end();
    await expectClosed(bench, record, "CONN_CLOSED");
    expectEqual(peer.received().length, lines.join("").length, "bytes received in the end");
  }),

  conformanceCase("close does not wait for a peer that never ends its side", async (bench) => {
    const listening = await bench.listening({}, echo);
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.write(bytesOf("hello\n"));
    await expectReceived(bench, peer, "hello\n");
    listening.transport.close(record.conn);
    await expectClosed(bench, record, "CONN_CLOSED");
  }),

  conformanceCase("what arrives after close is dropped", async (bench) => {
    const listening = await bench.listening({}, (transport) => ({
      lineReceived(conn, line) {
        transport.send(conn, `${line}\n`);
        if (line === "second") transport.close(conn);
      },
    }));
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.write(bytesOf("first\nsecond\nthird\nfourth"));
    peer.write(bytesOf("\nfifth\n"));
    peer.end();
    await expectReceived(bench, peer, "first\nsecond\n");
    await expectClosed(bench, record, "CONN_CLOSED");
    expectEqual(record.lines, ["first", "second"], "the lines");
  }),

  conformanceCase("calls for a connection that is closed, or never was, do nothing", async (bench) => {
    const listening = await bench.listening({}, (transport) => ({
      connClosed(conn) {
        transport.send(conn, "late\n");
        transport.identify(conn);
        transport.spare(conn, true);
        transport.owe(conn);
        transport.close(conn);
      },
    }));
    const { peer, record } = await bench.rawPeerOf(listening);
    const { transport } = listening;
    const unknown = dialledConnId(1_000);
    transport.send(unknown, "lost\n");
    transport.identify(unknown);
    transport.spare(unknown, true);
    transport.allow(unknown, 1);
    transport.owe(unknown);
    transport.close(unknown);
    transport.close(record.conn);
    transport.close(record.conn);
    await expectClosed(bench, record, "CONN_CLOSED");
    transport.send(record.conn, "later still\n");
    await bench.quiet();
    expectEqual(peer.received(), "", "what the foreign peer received");
    expectEqual(transport.of(unknown).closed, undefined, "what was told of a number never dialled");
  }),

  conformanceCase("calls from within calls are fine: send, close and dial", async (bench) => {
    const server = await bench.listening({}, echo);
    const [first, second] = [bench.nextConn(), bench.nextConn()];
    const told: string[] = [];
    const client = bench.create({}, (transport) => ({
      connOpened(conn) {
        told.push(`opened ${nameOf(conn)}`);
        transport.send(conn, `from ${nameOf(conn)}\n`);
        if (conn === first) transport.dial(second, server.endpoint);
      },
      lineReceived(conn, line) {
        told.push(line);
        transport.close(conn);
      },
      connClosed: (conn) => told.push(`closed ${nameOf(conn)}`),
    }));
    const nameOf = (conn: ConnId): string => (conn === first ? "first" : "second");
    client.dial(first, server.endpoint);
    await expectClosed(bench, client.of(first), "CONN_CLOSED");
    await expectClosed(bench, client.of(second), "CONN_CLOSED");
    const ofSecond = told.filter((text) => text.endsWith("second"));
    expectEqual(ofSecond, ["opened second", "from second", "closed second"], "the calls for the second connection");
    assert(told[0] === "opened first", "the first call is for the first connection");
  }),

  conformanceCase("stop ends every connection and dial, and tells each end", async (bench) => {
    const server = await bench.listening({}, echo);
    const [talking, deaf, begun] = [
      await bench.rawPeerOf(server),
      await bench.rawPeerOf(server),
      await bench.rawPeerOf(server),
    ];
    talking.peer.write(bytesOf("hello\n"));
    deaf.peer.pause();
    begun.peer.write(bytesOf("beg"));
    await expectReceived(bench, talking.peer, "hello\n");
    const listener = await bench.rawListen();
    const [open, underWay] = [bench.nextConn(), bench.nextConn()];
    server.transport.dial(open, listener.endpoint);
    await bench.until("the dial succeeds", () => server.transport.of(open).info !== undefined);
    server.transport.dial(underWay, listener.endpoint);
    await server.transport.stop();
    const dialled = [server.transport.of(open), server.transport.of(underWay)];
    for (const { conn, closed } of [talking.record, deaf.record, begun.record, ...dialled]) {
      expectEqual(closed?.code, "CONN_CLOSED", `why connection ${conn} closed`);
    }
    deaf.peer.resume();
    for (const { peer } of [talking, deaf, begun]) {
      await bench.until("a foreign peer learns of it", () => peer.hasEnded || peer.isClosed);
    }
    const late = bench.create();
    const conn = bench.nextConn();
    late.dial(conn, server.endpoint);
    await expectClosed(bench, late.of(conn), "ERR_DIAL_REFUSED");
  }),

  conformanceCase("a dial during or after stop ends at once, and does not keep it from stopping", async (bench) => {
    const server = await bench.listening();
    const [first, whileStopping, afterwards] = [bench.nextConn(), bench.nextConn(), bench.nextConn()];
    const client = bench.create({}, (transport) => ({
      connClosed(conn) {
        if (conn === first) transport.dial(whileStopping, server.endpoint);
      },
    }));
    client.dial(first, server.endpoint);
    await bench.until("the dial succeeds", () => client.of(first).info !== undefined);
    await client.stop();
    expectEqual(client.of(whileStopping).closed?.code, "CONN_CLOSED", "the end of the dial while stopping");
    client.dial(afterwards, server.endpoint);
    await expectClosed(bench, client.of(afterwards), "CONN_CLOSED");
    expectEqual(client.of(afterwards).info, undefined, "what connOpened told");
  }),

  conformanceCase("stop can be called twice, and before anything was begun", async (bench) => {
    const idle = bench.create();
    await Promise.all([idle.stop(), idle.stop()]);
    const { transport } = await bench.listening();
    await transport.stop();
    await transport.stop();
  }),
];
