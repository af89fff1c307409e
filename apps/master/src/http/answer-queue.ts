import type { ServerResponse } from "node:http";
import type { HttpLimits } from "./http-limits.ts";

/** Answers on their way to one client, written in the order in which they were asked for. */
export interface AnswerQueue {
  /** Whether nothing more should be asked for now: too much is awaited, or not taken. */
  readonly isFull: boolean;
  /** Called whenever there is room, or room again. */
  onRoom: (() => void) | undefined;
  /** @param answers must not reject. */
  push(answers: Promise<string>): void;
  /** Resolves when all that was pushed is written. */
  drained(): Promise<void>;
}

type Limits = Pick<HttpLimits, "submitsInFlightMax" | "batchAnswersMaxBytes">;

export function createAnswerQueue(response: ServerResponse, limits: Limits): AnswerQueue {
  let tail: Promise<void> = Promise.resolve();
  let awaited = 0;
  const queue: AnswerQueue = {
    get isFull() {
      return awaited >= limits.submitsInFlightMax || response.writableLength > limits.batchAnswersMaxBytes;
    },
    onRoom: undefined,
    push(answers) {
      awaited++;
      const before = tail;
      tail = answers.then(async (text) => {
        await before;
        awaited--;
        // Writing to a client that has gone would be an error that nobody handles.
        if (!response.destroyed) response.write(text);
        if (!queue.isFull) queue.onRoom?.();
      });
    },
    drained: () => tail,
  };
  response.on("drain", () => {
    if (!queue.isFull) queue.onRoom?.();
  });
  return queue;
}
