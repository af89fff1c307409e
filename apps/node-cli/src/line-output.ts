import type { Writable } from "node:stream";

/** Writes lines to a stream whose reader may be slow, or may have left. */
export interface LineOutput {
  write(line: string): void;
}

const WAITING_MAX_BYTES = 1_024 * 1_024;

/**
 * Lines that nobody reads are left out rather than kept: above 1 MiB of them, the next are dropped until the reader
 * has caught up. A reader that has left (`node-cli ... | head`) ends the program.
 *
 * @param onReaderGone called once, when the stream can take no more for good.
 */
export function createLineOutput(stream: Writable, onReaderGone: () => void): LineOutput {
  let isGone = false;
  stream.on("error", () => {
    if (isGone) return;
    isGone = true;
    onReaderGone();
  });
  return {
    write(line) {
      if (!isGone && stream.writableLength < WAITING_MAX_BYTES) stream.write(line);
    },
  };
}
