/** A process that is all the peers of one node: those that answer note when each beat came. */
import { randomUUID } from "node:crypto";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { serveCalls } from "../children/serve-calls.ts";
import type { NeighbourPorts, Neighbours } from "./neighbours.ts";

let isSilent = false;
/** Times between two beats on a connection, in milliseconds. */
let gapsMs: number[] = [];

function answerBeats(socket: Socket): void {
  const answer = `${JSON.stringify({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: randomUUID() })}\n`;
  let lastBeatAtMs: number | undefined;
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    if (isSilent || chunk.at(-1) !== 0x0a) return;
    const now = performance.now();
    socket.write(answer);
    if (lastBeatAtMs !== undefined) gapsMs.push(now - lastBeatAtMs);
    lastBeatAtMs = now;
  });
}

function takeInSilence(socket: Socket): void {
  socket.on("error", () => {});
  socket.resume();
}

async function open(count: number, serve: (socket: Socket) => void): Promise<readonly Server[]> {
  const servers: Server[] = [];
  for (let index = 0; index < count; index++) {
    const server = net.createServer({ noDelay: true }, serve);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(server);
  }
  return servers;
}

const portsOf = (servers: readonly Server[]): readonly number[] =>
  servers.map((server) => (server.address() as AddressInfo).port);

async function listen({ live, mute, absent }: Neighbours): Promise<NeighbourPorts> {
  const [answering, silent, closing] = [
    await open(live, answerBeats),
    await open(mute, takeInSilence),
    await open(absent, takeInSilence),
  ];
  const ports = { live: portsOf(answering), mute: portsOf(silent), absent: portsOf(closing) };
  await Promise.all(closing.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function takeGaps(): readonly number[] {
  const taken = gapsMs;
  gapsMs = [];
  return taken;
}

serveCalls({
  listen,
  takeGaps,
  fallSilent: () => {
    isSilent = true;
  },
});
