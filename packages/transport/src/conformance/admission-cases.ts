import {
  bytesOf,
  type ConformanceCase,
  conformanceCase,
  echo,
  expectClosed,
  expectEqual,
  expectReceived,
  identifyAll,
} from "./bench.ts";
import type { Reaction } from "./recorder.ts";

const identifyAndEcho: Reaction = (transport) => ({ ...identifyAll(transport), ...echo(transport) });

/** Echoes, and takes those for identified who say so. */
const identifyByWord: Reaction = (transport) => ({
  lineReceived(conn, line) {
    if (line === "it is me") transport.identify(conn);
    transport.send(conn, `${line}\n`);
  },
});

/** How many connections there may be. A connection that is refused is never mentioned: it has not been opened. */
export const admissionCases: readonly ConformanceCase[] = [
  conformanceCase(
    "the newest is refused when as many are accepted as may be, and all are identified",
    async (bench) => {
      const listening = await bench.listening({ connectionsMax: 4 }, identifyAndEcho);
      const first = await bench.rawPeerOf(listening);
      await bench.rawPeerOf(listening);
      const refused = await bench.rawDial(listening.endpoint);
      await bench.until("the third is refused", () => refused.hasEnded || refused.isClosed);
      first.peer.write(bytesOf("unharmed\n"));
      await expectReceived(bench, first.peer, "unharmed\n");
      expectEqual(listening.transport.accepted().length, 2, "connections opened");

      first.peer.end();
      await expectClosed(bench, first.record, "CONN_ENDED");
      const next = await bench.rawPeerOf(listening);
      next.peer.write(bytesOf("welcome\n"));
      await expectReceived(bench, next.peer, "welcome\n");
    },
  ),

  conformanceCase("the oldest unidentified gives way when as many are accepted as may be", async (bench) => {
    const listening = await bench.listening({ connectionsMax: 6 }, identifyByWord);
    const known = await bench.rawPeerOf(listening);
    known.peer.write(bytesOf("it is me\n"));
    await expectReceived(bench, known.peer, "it is me\n");
    const [oldest, younger] = [await bench.rawPeerOf(listening), await bench.rawPeerOf(listening)];
    const newest = await bench.rawPeerOf(listening);
    await expectClosed(bench, oldest.record, "ERR_CONN_LIMIT");
    for (const { peer } of [younger, newest]) {
      peer.write(bytesOf("hello\n"));
      await expectReceived(bench, peer, "hello\n");
    }
    expectEqual(known.record.closed, undefined, "the end of the identified connection");
  }),

  ...["silent", "identified"].map((crowd) =>
    conformanceCase(
      `a crowd of ${crowd} connections leaves room for dials, and none has to end for them`,
      async (bench) => {
        const listening = await bench.listening({ connectionsMax: 8 }, crowd === "silent" ? echo : identifyAll);
        const listener = await bench.rawListen();
        const from = bench.otherSource;
        for (let count = 0; count < 20; count++)
          await bench.rawDial(listening.endpoint, count % 2 === 0 ? from : undefined);
        await bench.quiet();
        const crowdBefore = listening.transport.open();
        expectEqual(crowdBefore.length, 4, "connections that the crowd has");
        const conns = Array.from({ length: 4 }, () => bench.nextConn());
        for (const conn of conns) listening.transport.dial(conn, listener.endpoint);
        const isOpen = (): boolean => conns.every((conn) => listening.transport.of(conn).info !== undefined);
        await bench.until("all dials succeed", isOpen);
        for (const { conn, closed } of crowdBefore) expectEqual(closed, undefined, `the end of connection ${conn}`);
      },
    ),
  ),

  conformanceCase(
    "a dial without a place takes that of an accepted connection, an unidentified one first",
    async (bench) => {
      const listening = await bench.listening({ connectionsMax: 6 }, identifyByWord);
      const listener = await bench.rawListen();
      const [talker, quiet] = [await bench.rawPeerOf(listening), await bench.rawPeerOf(listening)];
      for (const { peer } of [talker, quiet]) {
        peer.write(bytesOf("it is me\n"));
        await expectReceived(bench, peer, "it is me\n");
      }
      const unidentified = await bench.rawPeerOf(listening);
      talker.peer.write(bytesOf("hello\n"));
      await expectReceived(bench, talker.peer, "it is me\nhello\n");

      const dialOneMore = async (): Promise<void> => {
        const conn = bench.nextConn();
        listening.transport.dial(conn, listener.endpoint);
        await bench.until("the dial succeeds", () => listening.transport.of(conn).info !== undefined);
      };
      for (let count = 0; count < 3; count++) await dialOneMore();
      expectEqual(listening.transport.open().length, 6, "connections open");
      for (const { record } of [unidentified, quiet, talker]) {
        expectEqual(record.closed, undefined, `the end of connection ${record.conn} before its turn`);
        await dialOneMore();
        await expectClosed(bench, record, "ERR_CONN_LIMIT");
      }
    },
  ),

  conformanceCase("a dial beyond the limit fails with ERR_DIAL_LIMIT, and dials count", async (bench) => {
    const listener = await bench.rawListen();
    const { transport, endpoint } = await bench.listening({ connectionsMax: 1 });
    const [first, second, third] = [bench.nextConn(), bench.nextConn(), bench.nextConn()];
    transport.dial(first, listener.endpoint);
    transport.dial(second, listener.endpoint);
    await expectClosed(bench, transport.of(second), "ERR_DIAL_LIMIT");
    expectEqual(transport.of(second).info, undefined, "what connOpened told");
    await bench.until("the first dial succeeds", () => transport.of(first).info !== undefined);
    const refused = await bench.rawDial(endpoint);
    await bench.until("one that comes is refused as well", () => refused.hasEnded || refused.isClosed);

    transport.close(first);
    await expectClosed(bench, transport.of(first), "CONN_CLOSED");
    transport.dial(third, listener.endpoint);
    await bench.until("there is room again", () => transport.of(third).info !== undefined);
  }),

  conformanceCase("the newest connection is refused when there are too many from one address", async (bench) => {
    const listening = await bench.listening({ connectionsPerSourceMax: 2 }, echo);
    const first = await bench.rawPeerOf(listening);
    await bench.rawPeerOf(listening);
    const refused = await bench.rawDial(listening.endpoint);
    await bench.until("the third is refused", () => refused.hasEnded || refused.isClosed);
    if (bench.otherSource !== undefined) {
      const other = await bench.rawPeerOf(listening, bench.otherSource);
      other.peer.write(bytesOf("from elsewhere\n"));
      await expectReceived(bench, other.peer, "from elsewhere\n");
    }
    first.peer.reset();
    await expectClosed(bench, first.record, "ERR_CONN_RESET");
    const next = await bench.rawPeerOf(listening);
    next.peer.write(bytesOf("welcome\n"));
    await expectReceived(bench, next.peer, "welcome\n");
  }),

  conformanceCase("the oldest unidentified connection gives way when there are too many of them", async (bench) => {
    const listening = await bench.listening({ connectionsUnidentifiedMax: 2 }, identifyByWord);
    const known = await bench.rawPeerOf(listening);
    known.peer.write(bytesOf("it is me\n"));
    await expectReceived(bench, known.peer, "it is me\n");
    const oldest = await bench.rawPeerOf(listening);
    const younger = await bench.rawPeerOf(listening);
    const youngest = await bench.rawPeerOf(listening);
    await expectClosed(bench, oldest.record, "ERR_CONN_LIMIT");
    for (const { peer } of [younger, youngest]) {
      peer.write(bytesOf("hello\n"));
      await expectReceived(bench, peer, "hello\n");
    }
    expectEqual(known.record.closed, undefined, "the end of the identified connection");
  }),

  conformanceCase("identified and dialled connections do not count among the unidentified", async (bench) => {
    const listening = await bench.listening({ connectionsUnidentifiedMax: 1 }, identifyAll);
    const listener = await bench.rawListen();
    for (let count = 0; count < 3; count++) await bench.rawPeerOf(listening);
    const conns = Array.from({ length: 3 }, () => bench.nextConn());
    for (const conn of conns) listening.transport.dial(conn, listener.endpoint);
    const isOpen = (): boolean => conns.every((conn) => listening.transport.of(conn).info !== undefined);
    await bench.until("all dials succeed", isOpen);
    expectEqual(listening.transport.open().length, 6, "connections open");
  }),
];
