import type { Brand } from "./brand.ts";

/**
 * A moment on this process's monotonic clock, in milliseconds since an arbitrary origin. It may have a fraction. It
 * never runs backwards, and says nothing about the time of day: wall-clock jumps cannot touch a decision.
 */
export type InstantMs = Brand<number, "InstantMs">;

/** A length of time in milliseconds. It may have a fraction. */
export type DurationMs = Brand<number, "DurationMs">;

/**
 * A time of day, in milliseconds since 1970 (UTC). It is for records and displays only: it may jump, so nothing is ever
 * decided by it.
 */
export type EpochMs = Brand<number, "EpochMs">;

export const epochMs = (value: number): EpochMs => value as EpochMs;
export const instantMs = (value: number): InstantMs => value as InstantMs;
export const durationMs = (value: number): DurationMs => value as DurationMs;
export const seconds = (value: number): DurationMs => (value * 1_000) as DurationMs;

/** The moment `length` after `at`. */
export const after = (at: InstantMs, length: DurationMs): InstantMs => (at + length) as InstantMs;

/** How long it is from `from` to `to`; negative if `to` came first. */
export const elapsed = (from: InstantMs, to: InstantMs): DurationMs => (to - from) as DurationMs;

/** The later of two moments. */
export const laterOf = (a: InstantMs, b: InstantMs): InstantMs => (a > b ? a : b);

/** The earlier of two deadlines, where `undefined` is "never". */
export function earlierOf(a: InstantMs | undefined, b: InstantMs | undefined): InstantMs | undefined {
  if (a === undefined) return b;
  return b === undefined || a <= b ? a : b;
}

/** The first of what several things ask for. Asked after every event, so it leaves nothing behind to be collected. */
export function earliestOf(timed: readonly { nextDeadline(): InstantMs | undefined }[]): InstantMs | undefined {
  let earliest: InstantMs | undefined;
  for (const machine of timed) earliest = earlierOf(earliest, machine.nextDeadline());
  return earliest;
}
