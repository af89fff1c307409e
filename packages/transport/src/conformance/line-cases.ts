import { createPrng } from "@mutirao/primitives";
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
import type { RawPeer } from "./harness.ts";

const smallLines = { lineUnidentifiedMaxBytes: 64, lineMaxBytes: 256 };
const fastLines = { linesPerSecondMax: 1_000_000, linesBurstMax: 1_000_000 };

/** Lines that break the framing, each with the code that must be reported. */
const violations = [
  { what: "a line that is too long", bytes: bytesOf(`${"x".repeat(65)}\n`), code: "ERR_LINE_TOO_LONG" },
  { what: "a line that is too long and never ends", bytes: bytesOf("x".repeat(65)), code: "ERR_LINE_TOO_LONG" },
  { what: "a line that is not UTF-8", bytes: Uint8Array.of(0x7b, 0xff, 0x7d, 0x0a), code: "ERR_LINE_NOT_UTF8" },
] as const;

/** How lines arrive: whole, in order, and no others. */
export const lineCases: readonly ConformanceCase[] = [
  conformanceCase("a line is whole when its bytes come one by one", async (bench) => {
    const listening = await bench.listening();
    const { peer, record } = await bench.rawPeerOf(listening);
    for (const byte of bytesOf('{"TASK":"olá"}\r\n')) peer.write(Uint8Array.of(byte));
    await expectLines(bench, record, ['{"TASK":"olá"}']);
  }),

  conformanceCase("two lines in one chunk are two lines, in order", async (bench) => {
    const listening = await bench.listening();
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.write(bytesOf("first\nsecond\nthi"));
    await expectLines(bench, record, ["first", "second"]);
    peer.write(bytesOf("rd\n"));
    await expectLines(bench, record, ["first", "second", "third"]);
  }),

  conformanceCase("a UTF-8 character cut in half is one character", async (bench) => {
    const listening = await bench.listening();
    const { peer, record } = await bench.rawPeerOf(listening);
    const bytes = bytesOf("mutirão €\n");
    const cut = bytes.indexOf(0xc3) + 1;
    peer.write(bytes.slice(0, cut));
    await bench.quiet();
    expectEqual(record.lines, [], "lines before the other half has come");
    peer.write(bytes.slice(cut));
    await expectLines(bench, record, ["mutirão €"]);
  }),

  conformanceCase("CRLF ends a line, and blank lines are skipped", async (bench) => {
    const listening = await bench.listening();
    const { peer, record } = await bench.rawPeerOf(listening);
    peer.write(bytesOf("\n\r\na\r\n\n\r\nb\n\n"));
    await expectLines(bench, record, ["a", "b"]);
  }),

  conformanceCase("both ends can talk, whoever dialled", async (bench) => {
    const server = await bench.listening({}, echo);
    const conn = bench.nextConn();
    const client = bench.create({}, (transport) => ({ connOpened: (opened) => transport.send(opened, "question\n") }));
    client.dial(conn, server.endpoint);
    await expectLines(bench, client.of(conn), ["question"]);
    const accepted = server.transport.accepted()[0]?.conn;
    if (accepted !== undefined) server.transport.send(accepted, "unasked\n");
    await expectLines(bench, client.of(conn), ["question", "unasked"]);
  }),

  conformanceCase("many lines keep their order, both ways, in chunks of any size", async (bench) => {
    const listening = await bench.listening(fastLines, echo);
    const { peer, record } = await bench.rawPeerOf(listening);
    const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index} ${"x".repeat(index % 97)}`);
    writeInChunks(peer, bytesOf(`${lines.join("\n")}\n`));
    await expectLines(bench, record, lines);
    await expectReceived(bench, peer, `${lines.join("\n")}\n`);
  }),

  conformanceCase(
    "a last line without a newline counts when its sender half-closes, and is answered",
    async (bench) => {
      const listening = await bench.listening({}, echo);
      const { peer, record } = await bench.rawPeerOf(listening);
      peer.write(bytesOf("first\nlast"));
      peer.end();
      await expectLines(bench, record, ["first", "last"]);
      await expectReceived(bench, peer, "first\nlast\n");
      await expectClosed(bench, record, "CONN_ENDED");
    },
  ),

  conformanceCase("all lines before a half-close are handled, however many turns they take", async (bench) => {
    const listening = await bench.listening({ ...fastLines, linesPerTurnMax: 3 }, echo);
    const { peer, record } = await bench.rawPeerOf(listening);
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    peer.write(bytesOf(lines.join("\n")));
    peer.end();
    await expectLines(bench, record, lines);
    await expectReceived(bench, peer, `${lines.join("\n")}\n`);
    await expectClosed(bench, record, "CONN_ENDED");
  }),

  ...violations.map(({ what, bytes, code }) =>
    conformanceCase(`${what} is refused once and ends its connection, and no other`, async (bench) => {
      const listening = await bench.listening(smallLines, echo);
      const bad = await bench.rawPeerOf(listening);
      const good = await bench.rawPeerOf(listening);
      bad.peer.write(bytesOf("good\n"));
      bad.peer.write(bytes);
      bad.peer.write(bytesOf("\nlater\n"));
      await expectClosed(bench, bad.record, "ERR_LINE_VIOLATION");
      expectEqual(bad.record.lines, ["good"], "lines before the violation, and none after it");
      expectEqual(
        bad.record.refusals.map((refusal) => refusal.code),
        [code],
        "the refusals",
      );
      await bench.until("the foreign peer learns of the end", () => bad.peer.hasEnded || bad.peer.isClosed);
      expectEqual(bad.peer.received(), "good\n", "the answer to the line before the violation");
      good.peer.write(bytesOf("unharmed\n"));
      await expectReceived(bench, good.peer, "unharmed\n");
    }),
  ),

  conformanceCase("a line of exactly the limit is welcome", async (bench) => {
    const listening = await bench.listening(smallLines);
    const { peer, record } = await bench.rawPeerOf(listening);
    const line = "x".repeat(64);
    peer.write(bytesOf(`${line}\n${line}\r\n`));
    await expectLines(bench, record, [line, line]);
  }),

  conformanceCase("lines may be longer once the sender is identified, and still have a limit", async (bench) => {
    const listening = await bench.listening(smallLines, (transport) => ({
      lineReceived: (conn) => transport.identify(conn),
    }));
    const { peer, record } = await bench.rawPeerOf(listening);
    const line = "x".repeat(256);
    // In one chunk, so that the new limit has to hold for what was read together with the identifying line.
    peer.write(bytesOf(`hello\n${line}\n`));
    await expectLines(bench, record, ["hello", line]);
    peer.write(bytesOf(`${line}x\n`));
    await expectClosed(bench, record, "ERR_LINE_VIOLATION");
  }),
];

function writeInChunks(peer: RawPeer, bytes: Uint8Array): void {
  const prng = createPrng("chunks");
  for (let start = 0; start < bytes.length; ) {
    const end = start + prng.integer(1, 1_500);
    peer.write(bytes.slice(start, end));
    start = end;
  }
}
