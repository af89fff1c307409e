import { durationMs, seconds } from "@mutirao/primitives";
import type { TransportLimits } from "@mutirao/transport";
import { type Bench, bytesOf, expectReceived } from "@mutirao/transport/conformance";
import { expect } from "vitest";
import { tcpCase } from "./tcp-case.ts";

const FLOOD_LINES = 5_000;
const noRate = { linesPerSecondMax: 1_000_000, linesBurstMax: 1_000_000 };

/**
 * How many lines of a flooder are handled between the moment at which another peer sends its one line and the moment
 * at which that line is handled. All of the flood has arrived before, so only the transport's fairness keeps it small.
 */
async function linesBefore(bench: Bench, limits: Partial<TransportLimits>, work: () => void): Promise<number> {
  let floodLines = 0;
  let sentAfter = Number.NaN;
  let handledAfter = Number.NaN;
  const listening = await bench.listening({ ...noRate, ...limits }, (transport) => ({
    lineReceived(conn, line) {
      if (line === "modest") {
        handledAfter = floodLines;
        transport.send(conn, "served\n");
        return;
      }
      floodLines++;
      work();
      if (floodLines === 200) {
        sentAfter = floodLines;
        modest.peer.write(bytesOf("modest\n"));
      }
    },
  }));
  const modest = await bench.rawPeerOf(listening);
  const flooder = await bench.rawPeerOf(listening);
  flooder.peer.write(bytesOf("flood\n".repeat(FLOOD_LINES)));
  await expectReceived(bench, modest.peer, "served\n");
  await bench.until("the flood is handled in the end", () => floodLines === FLOOD_LINES);
  return handledAfter - sentAfter;
}

tcpCase("a flooder gets only so many lines before the next connection has its turn", async (bench) => {
  const lines = await linesBefore(bench, { linesPerTurnMax: 16, turnMs: seconds(60) }, () => {});
  // What is left of the turn under way, one turn more before the socket is read, and one to spare.
  expect(lines).toBeLessThanOrEqual(3 * 16);
});

tcpCase("a flooder with costly lines gets only so much time", async (bench) => {
  const burn = (): void => {
    const until = performance.now() + 0.2;
    while (performance.now() < until);
  };
  const lines = await linesBefore(bench, { linesPerTurnMax: 1_000_000, turnMs: durationMs(2) }, burn);
  // Ten lines take up the 2 ms of a turn; the clock is looked at every few lines.
  expect(lines).toBeLessThanOrEqual(3 * 14);
});

tcpCase("a stall of our own is not held against a peer that spoke in time", async (bench) => {
  const limits = { firstLineMs: durationMs(100), lineMs: durationMs(100), idleMs: durationMs(200) };
  const listening = await bench.listening(limits);
  const { peer, record } = await bench.rawPeerOf(listening);
  peer.write(bytesOf("in time\n"));
  const until = performance.now() + 400;
  while (performance.now() < until);
  await bench.until("the line is handled", () => record.lines.length === 1 || record.closed !== undefined);
  expect(record).toMatchObject({ lines: ["in time"], closed: undefined });
});
