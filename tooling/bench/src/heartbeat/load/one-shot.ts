import net from "node:net";
import { CHUNK_MAX_BYTES, createAnswerReader, type ExpectedAnswers } from "./answers.ts";
import type { Load } from "./load.ts";
import type { RequestRing } from "./requests.ts";
import type { RunningLoad, Tally } from "./running-load.ts";

/** Keeps the load's number of beats under way, each on a connection of its own, which this side ends. */
export async function startOneShots(
  load: Load,
  ring: RequestRing,
  expected: ExpectedAnswers,
  tally: Tally,
): Promise<RunningLoad> {
  // One buffer serves all sockets, since what is read is looked at before the next read.
  const buffer = Buffer.alloc(CHUNK_MAX_BYTES);
  const request = ring.bytes.subarray(0, ring.lineBytes);
  let isEnding = false;

  const beat = (whenDone: () => void): void => {
    const reader = createAnswerReader(expected);
    const startedAtMs = performance.now();
    let isAnswered = false;
    const callback = (length: number): boolean => {
      if (reader.read(buffer, length) === 0) return true;
      isAnswered = true;
      tally.answered(startedAtMs, performance.now(), 1);
      socket.destroy();
      whenDone();
      return false;
    };
    const socket = net.connect({ host: "127.0.0.1", port: load.port, noDelay: true, onread: { buffer, callback } });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (isAnswered) return;
      tally.failed();
      whenDone();
    });
    socket.write(request);
  };

  const slots = Array.from({ length: load.connections }, () => {
    return new Promise<void>((resolve) => {
      const next = (): void => (isEnding ? resolve() : beat(next));
      next();
    });
  });
  return {
    async end() {
      isEnding = true;
      await Promise.all(slots);
    },
  };
}
