import { durationMs, seconds } from "@mutirao/primitives";
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

const patient = { firstLineMs: seconds(3_600), lineMs: seconds(3_600), idleMs: seconds(3_600) };
const short = durationMs(100);

/** How long a connection may take. What must stay open is older than what must close, so no moment is asserted. */
export const deadlineCases: readonly ConformanceCase[] = [
  conformanceCase("a connection without a whole line is closed at the first-line limit", async (bench) => {
    const listening = await bench.listening({ ...patient, firstLineMs: short }, echo);
    const talkative = await bench.rawPeerOf(listening);
    talkative.peer.write(bytesOf("hello\n"));
    await expectReceived(bench, talkative.peer, "hello\n");
    const silent = await bench.rawPeerOf(listening);
    const slow = await bench.rawPeerOf(listening);
    slow.peer.write(bytesOf("hel"));
    await expectClosed(bench, silent.record, "ERR_FIRST_LINE_TIMEOUT");
    await expectClosed(bench, slow.record, "ERR_FIRST_LINE_TIMEOUT");
    await bench.until("the foreign peer learns of it", () => silent.peer.hasEnded || silent.peer.isClosed);
    expectEqual(talkative.record.closed, undefined, "the end of the connection that has sent a line");
  }),

  conformanceCase("the first-line limit is not for dialled connections", async (bench) => {
    const listener = await bench.rawListen();
    const listening = await bench.listening({ ...patient, firstLineMs: short });
    const conn = bench.nextConn();
    listening.transport.dial(conn, listener.endpoint);
    await bench.until("the dial succeeds", () => listening.transport.of(conn).info !== undefined);
    const silent = await bench.rawPeerOf(listening);
    await expectClosed(bench, silent.record, "ERR_FIRST_LINE_TIMEOUT");
    expectEqual(listening.transport.of(conn).closed, undefined, "the end of the dialled connection");
  }),

  conformanceCase("a line that is begun and not ended is closed at the line limit", async (bench) => {
    const listening = await bench.listening({ ...patient, lineMs: short }, echo);
    const between = await bench.rawPeerOf(listening);
    between.peer.write(bytesOf("whole\n"));
    await expectReceived(bench, between.peer, "whole\n");
    const begun = await bench.rawPeerOf(listening);
    begun.peer.write(bytesOf("whole\nbeg"));
    await expectClosed(bench, begun.record, "ERR_LINE_TIMEOUT");
    expectEqual(begun.record.lines, ["whole"], "the lines before the unfinished one");
    expectEqual(between.record.closed, undefined, "the end of the connection that is between two lines");
  }),

  conformanceCase("a line that trickles in is closed at the line limit all the same", async (bench) => {
    const listening = await bench.listening({ ...patient, lineMs: short });
    const { peer, record } = await bench.rawPeerOf(listening);
    // The time between two bytes is that of a connection that comes and goes at a limit of its own.
    const pacing = await bench.listening({ ...patient, firstLineMs: durationMs(10) });
    for (let count = 0; count < 100 && record.closed === undefined; count++) {
      peer.write(bytesOf("x"));
      const pace = await bench.rawPeerOf(pacing);
      await expectClosed(bench, pace.record, "ERR_FIRST_LINE_TIMEOUT");
    }
    expectEqual(record.closed?.code, "ERR_LINE_TIMEOUT", "why the connection closed while its line trickled in");
  }),

  conformanceCase(
    "the line and idle limits begin anew with each line, and with each byte either way",
    async (bench) => {
      const limits = { ...patient, lineMs: durationMs(500), idleMs: durationMs(500) };
      const listening = await bench.listening(limits);
      const talker = await bench.rawPeerOf(listening);
      const listener = await bench.rawPeerOf(listening);
      const pacing = await bench.listening({ ...patient, firstLineMs: durationMs(50) });
      for (let count = 0; count < 15; count++) {
        // The talker is always in the middle of a line, and the listener never says anything.
        talker.peer.write(bytesOf("end\nbegin "));
        listening.transport.send(listener.record.conn, "news\n");
        const pace = await bench.rawPeerOf(pacing);
        await expectClosed(bench, pace.record, "ERR_FIRST_LINE_TIMEOUT");
      }
      expectEqual(
        [talker.record.closed, listener.record.closed],
        [undefined, undefined],
        "the ends of the connections",
      );
    },
  ),

  conformanceCase("a connection without a byte either way is closed at the idle limit", async (bench) => {
    const busy = await bench.listening({ ...patient, idleMs: short, linesPerSecondMax: 1_000_000 }, echo);
    // Two transports that send each other's line back never stop, so the connection between them is never idle.
    const conn = bench.nextConn();
    busy.transport.dial(conn, busy.endpoint);
    await bench.until("the dial succeeds", () => busy.transport.of(conn).info !== undefined);
    busy.transport.send(conn, "to and fro\n");
    const quiet = await bench.rawPeerOf(busy);
    await expectClosed(bench, quiet.record, "ERR_IDLE_TIMEOUT");
    expectEqual(busy.transport.of(conn).closed, undefined, "the end of the busy connection");
  }),

  conformanceCase("the idle limit is not for a connection that is spared, while it is", async (bench) => {
    const listening = await bench.listening({ ...patient, idleMs: short });
    const { transport } = listening;
    const spared = await bench.rawPeerOf(listening);
    transport.spare(spared.record.conn, true);
    for (const _ of [1, 2]) await expectClosed(bench, (await bench.rawPeerOf(listening)).record, "ERR_IDLE_TIMEOUT");
    expectEqual(spared.record.closed, undefined, "the end of the connection that is spared");
    spared.peer.write(bytesOf("hello\n"));
    await expectLines(bench, spared.record, ["hello"]);
    transport.spare(spared.record.conn, false);
    await expectClosed(bench, spared.record, "ERR_IDLE_TIMEOUT");
  }),

  conformanceCase("a connection that is spared has the other limits", async (bench) => {
    const listening = await bench.listening({ ...patient, firstLineMs: short, idleMs: short }, (transport) => ({
      connOpened: (conn) => transport.spare(conn, true),
    }));
    const silent = await bench.rawPeerOf(listening);
    await expectClosed(bench, silent.record, "ERR_FIRST_LINE_TIMEOUT");
  }),
];
