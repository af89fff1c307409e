/**
 * A process that is many peers: each has its own port and id, answers its beats, and notes how regularly they come.
 */
import { randomUUID } from "node:crypto";
import net, { type AddressInfo, type Socket } from "node:net";
import { serveCalls } from "../../children/serve-calls.ts";
import { createHistogram } from "../../histogram.ts";
import type { Watched } from "./crowd.ts";

const lateness = createHistogram();
let intervalMs = Number.POSITIVE_INFINITY;
let beats = 0;
let connections = 0;

function serve(socket: Socket, answer: string): void {
  let lastBeatAtMs: number | undefined;
  connections += 1;
  socket.on("error", () => {});
  socket.on("close", () => {
    connections -= 1;
  });
  // Whoever beats waits for the answer before the next beat, so a chunk that ends a line is one beat.
  socket.on("data", (chunk: Buffer) => {
    if (chunk.at(-1) !== 0x0a) return;
    const now = performance.now();
    socket.write(answer);
    beats += 1;
    if (lastBeatAtMs !== undefined) lateness.record(Math.max(0, now - lastBeatAtMs - intervalMs));
    lastBeatAtMs = now;
  });
}

/** @returns the port of each peer. */
async function listen(peers: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let peer = 0; peer < peers; peer++) {
    const answer = `${JSON.stringify({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: randomUUID() })}\n`;
    const server = net.createServer({ noDelay: true }, (socket) => serve(socket, answer));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  return ports;
}

function beginWatching(expectedIntervalMs: number): void {
  intervalMs = expectedIntervalMs;
  beats = 0;
  lateness.clear();
}

const endWatching = (): Watched => ({ beats, connections, lateness: lateness.counts });

serveCalls({ listen, beginWatching, endWatching, connections: () => connections });
