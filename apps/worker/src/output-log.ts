import { performance } from "node:perf_hooks";
import type { Readable } from "node:stream";
import { printable } from "@mutirao/protocol";

const LINE_MAX = 512;
const PERIOD_MS = 1_000;
const LINES_PER_PERIOD_MAX = 20;
/** More than this in a period is not even read: whoever prints it waits. Reading is our own time. */
const PERIOD_MAX_BYTES = 4 * 1_024 * 1_024;

/**
 * Passes on what a process prints, line by line, as much as a log can bear: 20 lines a second, then a count. A process
 * that prints without end is slowed down rather than read.
 *
 * @param onLine told a line, made safe and cut at 512 characters, and how many before it were left out.
 * @returns what gives the last line so far, told or not.
 */
export function followOutput(
  stream: Readable,
  onLine: (text: string, leftOut: number) => void,
): () => string | undefined {
  let line = "";
  let periodEndsAt = 0;
  let linesLeft = 0;
  let bytesLeft = 0;
  let leftOut = 0;
  let lastLine: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const startPeriod = (): void => {
    periodEndsAt = performance.now() + PERIOD_MS;
    linesLeft = LINES_PER_PERIOD_MAX;
    bytesLeft = PERIOD_MAX_BYTES;
  };
  const endLine = (): void => {
    const text = line.trimEnd();
    line = "";
    if (text === "") return;
    lastLine = text;
    if (linesLeft <= 0) {
      leftOut += 1;
      return;
    }
    linesLeft -= 1;
    onLine(printable(text, LINE_MAX), leftOut);
    leftOut = 0;
  };
  const resume = (): void => {
    timer = undefined;
    startPeriod();
    stream.resume();
  };

  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    if (performance.now() >= periodEndsAt) startPeriod();
    const parts = text.split("\n");
    const last = parts.length - 1;
    parts.forEach((part, index) => {
      if (line.length < LINE_MAX) line += part.slice(0, LINE_MAX + 1);
      if (index < last) endLine();
    });
    bytesLeft -= text.length;
    if (bytesLeft > 0 || timer !== undefined) return;
    stream.pause();
    timer = setTimeout(resume, Math.max(0, periodEndsAt - performance.now()));
  });
  stream.on("error", () => {});
  stream.on("close", () => {
    clearTimeout(timer);
    endLine();
    if (leftOut > 0) onLine("...", leftOut);
  });
  return () => (line.trim() === "" ? lastLine : line);
}
