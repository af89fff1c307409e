import { once } from "node:events";
import net from "node:net";
import { CHUNK_MAX_BYTES, createAnswerReader, type ExpectedAnswers } from "./answers.ts";
import type { Load } from "./load.ts";
import { type RequestRing, RING_LINES } from "./requests.ts";
import type { RunningLoad, Tally } from "./running-load.ts";

/** Opens the load's connections and keeps its number of beats under way on each of them. */
export async function startStreams(
  load: Load,
  createRing: () => RequestRing,
  expect: (ring: RequestRing) => ExpectedAnswers,
  tally: Tally,
): Promise<RunningLoad> {
  const streams = await Promise.all(
    Array.from({ length: load.connections }, () => {
      const ring = createRing();
      return openStream(load, ring, expect(ring), tally);
    }),
  );
  for (const stream of streams) stream.ask(load.inFlight);
  return {
    async end() {
      await Promise.all(streams.map((stream) => stream.end()));
    },
  };
}

interface Stream extends RunningLoad {
  ask(beats: number): void;
}

/** Beats that were asked with one write, and so at one moment. */
interface Batch {
  readonly askedAtMs: number;
  unanswered: number;
}

async function openStream(load: Load, ring: RequestRing, expected: ExpectedAnswers, tally: Tally): Promise<Stream> {
  const reader = createAnswerReader(expected);
  const buffer = Buffer.alloc(CHUNK_MAX_BYTES);
  const batches: Batch[] = [];
  let ringPosition = 0;
  let isEnding = false;

  const ask = (beats: number): void => {
    const start = ringPosition * ring.lineBytes;
    socket.write(ring.bytes.subarray(start, start + beats * ring.lineBytes));
    ringPosition = (ringPosition + beats) % RING_LINES;
    batches.push({ askedAtMs: performance.now(), unanswered: beats });
  };

  const settle = (answers: number): void => {
    const now = performance.now();
    for (let left = answers; left > 0; ) {
      const batch = batches[0];
      if (batch === undefined) throw new Error("more answers than questions");
      const settled = Math.min(left, batch.unanswered);
      tally.answered(batch.askedAtMs, now, settled);
      batch.unanswered -= settled;
      left -= settled;
      if (batch.unanswered === 0) batches.shift();
    }
  };

  const callback = (length: number): boolean => {
    const answers = reader.read(buffer, length);
    if (answers === 0) return true;
    settle(answers);
    if (!isEnding) ask(answers);
    else if (batches.length === 0) socket.end();
    return true;
  };

  const socket = net.connect({ host: "127.0.0.1", port: load.port, noDelay: true, onread: { buffer, callback } });
  await once(socket, "connect");
  // A stream that breaks cannot be mended within a measurement; the exception ends this process, and says so.
  socket.on("error", (error) => {
    throw error;
  });
  socket.on("close", () => {
    if (!isEnding) throw new Error("the server closed a connection that was to stay open");
  });
  return {
    ask,
    async end() {
      isEnding = true;
      await once(socket, "close");
    },
  };
}
