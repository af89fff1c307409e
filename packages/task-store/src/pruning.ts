import type { EpochMs } from "@mutirao/primitives";

/**
 * Which ended tasks to forget: all that ended before a time, and of the others the oldest above a number. Those that
 * ended at the same moment go in the order given.
 *
 * @param ended by what the store knows a task, and when it ended.
 * @returns the oldest end first.
 */
export function chooseToForget<Key>(
  ended: Iterable<readonly [Key, EpochMs]>,
  endedBefore: EpochMs,
  finishedMax: number,
): readonly Key[] {
  // They end one after the other, so they are nearly in order already, and sorting takes one look at each.
  const oldestFirst = [...ended].sort(([, a], [, b]) => a - b);
  const tooMany = Math.max(0, oldestFirst.length - finishedMax);
  const firstKept = oldestFirst.findIndex(([, endedAt]) => endedAt >= endedBefore);
  const tooOld = firstKept === -1 ? oldestFirst.length : firstKept;
  return oldestFirst.slice(0, Math.max(tooMany, tooOld)).map(([key]) => key);
}
