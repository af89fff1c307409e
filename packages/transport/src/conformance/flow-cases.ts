import {
  bytesOf,
  type ConformanceCase,
  conformanceCase,
  echo,
  expectClosed,
  expectEqual,
  expectReceived,
} from "./bench.ts";

const lineBytes = 4_096;
/** One line, its end included. */
const lineOf = (index: number): string => `${`line ${index} `.padEnd(lineBytes - 1, "x")}\n`;
const linesFor = (bytes: number): string[] => Array.from({ length: Math.ceil(bytes / lineBytes) }, (_, i) => lineOf(i));
const fastLines = { linesPerSecondMax: 1_000_000, linesBurstMax: 1_000_000 };
const outputLimits = { outputPauseBytes: 64 * 1_024, outputMaxBytes: 256 * 1_024 };

/** Senders that are too fast and readers that are too slow. */
export const flowCases: readonly ConformanceCase[] = [
  conformanceCase("a peer that never reads is cut once too much waits for it", async (bench) => {
    const listening = await bench.listening(outputLimits);
    const { peer, record } = await bench.rawPeerOf(listening);
    const other = await bench.rawPeerOf(listening);
    peer.pause();
    const beyondAll = bench.pathMaxBytes + outputLimits.outputMaxBytes + lineBytes;
    for (const line of linesFor(beyondAll)) listening.transport.send(record.conn, line);
    await expectClosed(bench, record, "ERR_SLOW_CONSUMER");
    listening.transport.send(other.record.conn, "unharmed\n");
    await expectReceived(bench, other.peer, "unharmed\n");
  }),

  conformanceCase("output below the limit may wait as long as it likes", async (bench) => {
    const listening = await bench.listening(outputLimits);
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.pause();
    const lines = linesFor(outputLimits.outputMaxBytes / 2);
    for (const line of lines) listening.transport.send(record.conn, line);
    await bench.quiet();
    expectEqual(record.closed, undefined, "the end of the connection");
    peer.resume();
    await expectReceived(bench, peer, lines.join(""));
  }),

  conformanceCase(
    "a peer that does not read its answers is not read from, and goes on when it reads",
    async (bench) => {
      const listening = await bench.listening({ ...outputLimits, ...fastLines }, echo);
      const { peer, record } = await bench.rawPeerOf(listening);
      peer.pause();
      const lines = linesFor(bench.pathMaxBytes + 4 * outputLimits.outputMaxBytes);
      for (const line of lines) peer.write(bytesOf(line));
      await bench.quiet();
      // Were it read from all the same, its answers would by now be beyond the limit.
      expectEqual(record.closed, undefined, "the end of the connection");
      expectEqual(record.lines.length < lines.length, true, "whether lines are left unread");
      peer.resume();
      await expectReceived(bench, peer, lines.join(""));
    },
  ),

  conformanceCase("a sender above the rate is read more slowly, and loses nothing", async (bench) => {
    const listening = await bench.listening({ linesPerSecondMax: 100, linesBurstMax: 20 }, echo);
    const { peer, record } = await bench.rawPeerOf(listening);
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}\n`);
    peer.write(bytesOf(lines.join("")));
    await bench.until("the burst is handled", () => record.lines.length >= 20);
    // The rest takes 300 ms, while a sender within its burst is served at once.
    const other = await bench.rawPeerOf(listening);
    other.peer.write(bytesOf("within its burst\n"));
    await expectReceived(bench, other.peer, "within its burst\n");
    expectEqual(record.lines.length < lines.length, true, "whether the fast sender still waits");
    await expectReceived(bench, peer, lines.join(""));
    expectEqual(record.closed, undefined, "the end of the fast sender's connection");
  }),

  conformanceCase("a sender that is allowed more is not held to the rate of the others", async (bench) => {
    // At the usual rate its last line would come after ten minutes.
    const listening = await bench.listening({ linesPerSecondMax: 1, linesBurstMax: 5 }, (transport) => ({
      lineReceived(conn, line) {
        transport.allow(conn, 1_000_000);
        transport.send(conn, `${line}\n`);
      },
    }));
    const { peer } = await bench.rawPeerOf(listening);
    const lines = Array.from({ length: 600 }, (_, index) => `line ${index}\n`);
    peer.write(bytesOf(lines.join("")));
    await expectReceived(bench, peer, lines.join(""));
  }),

  conformanceCase("a half-close while paused for the rate loses nothing either", async (bench) => {
    const listening = await bench.listening({ linesPerSecondMax: 200, linesBurstMax: 5 }, echo);
    const { peer, record } = await bench.rawPeerOf(listening);
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}\n`);
    peer.write(bytesOf(lines.join("").trimEnd()));
    peer.end();
    await expectReceived(bench, peer, lines.join(""));
    await expectClosed(bench, record, "CONN_ENDED");
  }),
];
