import type { Writable } from "node:stream";

/** Writes lines to a stream whose reader may be slow or may have left, or whose disk may be full. */
export interface LineOutput {
  write(line: string): void;
}

const WAITING_MAX_BYTES = 1_024 * 1_024;

/** What the system says of a pipe that nobody reads any more. Anything else, such as a full disk, may pass. */
const readerHasLeft: readonly unknown[] = ["EPIPE", "ECONNRESET", "EOF"];

/**
 * Lines that cannot be written are left out rather than kept, and the program goes on. Above 1 MiB of lines that wait
 * for their reader, the next are left out until it has caught up.
 *
 * @param onReaderGone called once, when nobody will ever read a line (`node-cli ... | head`).
 * @param onCaughtUp called when a line could be written again, with how many were left out before it.
 */
export function createLineOutput(
  stream: Writable,
  onReaderGone: () => void,
  onCaughtUp: (leftOut: number) => void,
): LineOutput {
  let isGone = false;
  let leftOut = 0;

  const written = (error: Error | null | undefined): void => {
    if (error) {
      leftOut++;
      return;
    }
    if (leftOut === 0) return;
    const count = leftOut;
    leftOut = 0;
    onCaughtUp(count);
  };

  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (isGone || !readerHasLeft.includes(error.code)) return;
    isGone = true;
    onReaderGone();
  });
  return {
    write(line) {
      if (isGone) return;
      if (stream.writableLength >= WAITING_MAX_BYTES) leftOut++;
      else stream.write(line, written);
    },
  };
}
