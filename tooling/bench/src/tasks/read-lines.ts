import type { Readable } from "node:stream";

/** Hands on the whole lines of each chunk together, and waits for the end of a line that has only begun. */
export function readLines(stream: Readable, onLines: (lines: readonly string[]) => void): void {
  let unfinished = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (unfinished + chunk).split("\n");
    unfinished = lines.pop() ?? "";
    if (lines.length > 0) onLines(lines);
  });
}
