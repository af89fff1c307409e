import { countText, numberText } from "./in-words.ts";

/** Shows on a terminal how far a batch has come; says nothing where there is none. */
export interface ProgressBar {
  update(bytes: number, tasks: number): void;
  /** Takes it off the screen. */
  clear(): void;
}

const BAR_WIDTH = 24;
/** Drawing more often is a flicker. */
const REDRAW_MS = 100;

/**
 * @param totalBytes `undefined` if nobody knows how much will come.
 * @param nowMs a monotonic clock in milliseconds.
 */
export function createProgressBar(
  stream: Pick<NodeJS.WriteStream, "isTTY"> & { write(text: string): unknown },
  totalBytes: number | undefined,
  nowMs: () => number,
): ProgressBar {
  if (!stream.isTTY) return { update: () => {}, clear: () => {} };
  const startedAt = nowMs();
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update(bytes, tasks) {
      const now = nowMs();
      if (now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      const perS = (1_000 * tasks) / Math.max(1, now - startedAt);
      const share = totalBytes === undefined ? "" : `${barText(bytes / Math.max(1, totalBytes))} `;
      stream.write(`\r${share}${countText(tasks, "task")}, ${numberText(Math.round(perS))}/s\x1b[K`);
    },
    clear: () => void stream.write("\r\x1b[K"),
  };
}

function barText(share: number): string {
  const full = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH));
  return `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}] ${`${Math.floor(100 * Math.min(1, share))}`.padStart(3)} %`;
}
