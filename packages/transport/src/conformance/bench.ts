import { assert, type ConnId, dialledConnId, type Endpoint } from "@mutirao/primitives";
import type { CloseReason } from "../close-reason.ts";
import { type TransportLimits, transportLimitDefaults } from "../limits.ts";
import type { RawPeer, TransportHarness } from "./harness.ts";
import { createRecordedTransport, type Reaction, type RecordedConn, type RecordedTransport } from "./recorder.ts";

/** One promise of the port. `run` throws an `AssertionError` that says which part of it was broken. */
export interface ConformanceCase {
  readonly name: string;
  run(harness: TransportHarness): Promise<void>;
}

/** What a case works with: the harness, and what most cases would otherwise repeat. */
export interface Bench extends TransportHarness {
  /** A transport with the default limits except for those given. */
  create(limits?: Partial<TransportLimits>, reaction?: Reaction): RecordedTransport;
  /** The same, listening. */
  listening(limits?: Partial<TransportLimits>, reaction?: Reaction): Promise<Listening>;
  /** A foreign peer connected to the transport, and the transport's record of that connection. */
  rawPeerOf(listening: Listening, from?: string): Promise<{ readonly peer: RawPeer; readonly record: RecordedConn }>;
  /** A connection number that no dial of this case has used. */
  nextConn(): ConnId;
}

export interface Listening {
  readonly transport: RecordedTransport;
  readonly endpoint: Endpoint;
}

/** Sends every line back to its sender. */
export const echo: Reaction = (transport) => ({
  lineReceived: (conn, line) => transport.send(conn, `${line}\n`),
});

/** Identifies every sender at once, so that the limits of the unidentified do not apply. */
export const identifyAll: Reaction = (transport) => ({ connOpened: (conn) => transport.identify(conn) });

/** Makes a case of a body. After the body, everything is stopped and the order of all calls is judged. */
export function conformanceCase(name: string, body: (bench: Bench) => Promise<void>): ConformanceCase {
  return {
    name,
    async run(harness) {
      const breaches: string[] = [];
      const transports: RecordedTransport[] = [];
      const listOfPeers: (() => readonly RawPeer[])[] = [];
      try {
        await body(createBench(harness, transports, listOfPeers, breaches));
        // Peers that do not answer a FIN with theirs would make every case wait for the grace of stop(); what that
        // grace is for has a case of its own.
        for (const peer of listOfPeers.flatMap((peers) => peers())) peer.end();
        await Promise.all(transports.map((transport) => transport.stop()));
        const left = transports.flatMap((transport) => transport.open().map(({ conn }) => conn));
        expectEqual(left, [], "connections for which stop() told no connClosed");
      } finally {
        await harness.stop();
      }
      // Judged last, when nothing can be told any more.
      expectEqual(breaches, [], "breaches of the order of calls");
    },
  };
}

function createBench(
  harness: TransportHarness,
  transports: RecordedTransport[],
  listOfPeers: (() => readonly RawPeer[])[],
  breaches: string[],
): Bench {
  let dialled = 0;
  const rawDial: Bench["rawDial"] = async (to, from) => {
    const peer = await harness.rawDial(to, from);
    listOfPeers.push(() => [peer]);
    return peer;
  };
  const create: Bench["create"] = (limits = {}, reaction = () => ({})) => {
    const transport = createRecordedTransport(
      (handler) => harness.createTransport({ ...transportLimitDefaults, ...limits }, handler),
      reaction,
      breaches,
    );
    transports.push(transport);
    return transport;
  };
  return {
    ...harness,
    create,
    rawDial,
    async rawListen() {
      const listener = await harness.rawListen();
      listOfPeers.push(listener.accepted);
      return listener;
    },
    async listening(limits, reaction) {
      const transport = create(limits, reaction);
      return { transport, endpoint: await transport.listen(harness.listenAt) };
    },
    async rawPeerOf({ transport, endpoint }, from) {
      const known = new Set(transport.accepted());
      const peer = await rawDial(endpoint, from);
      const find = (): RecordedConn | undefined =>
        transport.accepted().find((record) => !known.has(record) && record.info?.remote.port === peer.local.port);
      await harness.until("a foreign peer's connection is accepted", () => find() !== undefined);
      const record = find();
      assert(record !== undefined, "an accepted connection has a record");
      return { peer, record };
    },
    nextConn: () => dialledConnId(dialled++),
  };
}

/** Compares plain data; fails with both sides spelled out. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  assert(found === wanted, `${what}: expected ${wanted}, found ${found}`);
}

/** Waits for the end of a connection and checks its reason. */
export async function expectClosed(bench: Bench, record: RecordedConn, code: CloseReason["code"]): Promise<void> {
  await bench.until(`connection ${record.conn} closes`, () => record.closed !== undefined);
  expectEqual(record.closed?.code, code, `why connection ${record.conn} closed`);
}

/** Waits until a connection has received as many lines as expected, then compares them. */
export async function expectLines(bench: Bench, record: RecordedConn, lines: readonly string[]): Promise<void> {
  const arrived = (): boolean => record.lines.length >= lines.length || record.closed !== undefined;
  await bench.until(`connection ${record.conn} receives ${lines.length} lines`, arrived);
  expectEqual(record.lines, lines, `the lines of connection ${record.conn}`);
}

/** Waits until a foreign peer has received as many bytes as expected, then compares them. */
export async function expectReceived(bench: Bench, peer: RawPeer, text: string): Promise<void> {
  const arrived = (): boolean => peer.received().length >= text.length || peer.isClosed;
  await bench.until(`the foreign peer receives ${text.length} bytes`, arrived);
  assert(peer.received() === text, `the foreign peer receives "${excerpt(text)}", not "${excerpt(peer.received())}"`);
}

const excerpt = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 80)}... (${text.length} bytes)`);

/** The UTF-8 bytes of a text. The pure packages have no `TextEncoder`; percent-encoding is part of the language. */
export function bytesOf(text: string): Uint8Array {
  const percentEncoded = encodeURIComponent(text).match(/%..|[^%]/g) ?? [];
  const byteOf = (part: string): number => (part.length > 1 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0));
  return Uint8Array.from(percentEncoded, byteOf);
}
