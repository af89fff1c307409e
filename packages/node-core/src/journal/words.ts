const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const NO_END = "without end";

/** JSON has no word for a wait without end, so in what was read from a file it is `null`. */
const lengthOf = (ms: number | null): number => ms ?? Number.POSITIVE_INFINITY;

/** A length of time in a sentence: `0.4 ms`, `350 ms`, `2.5 s`, `3 min 20 s`, `4 h 5 min`. */
export function spokenMs(length: number | null): string {
  const ms = lengthOf(length);
  if (ms === Number.POSITIVE_INFINITY) return NO_END;
  if (ms < 10) return `${Math.round(10 * ms) / 10} ms`;
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
}

/** Behind the word for it: `of 350 ms`, or `without end`. */
export const lasting = (ms: number | null): string =>
  lengthOf(ms) === Number.POSITIVE_INFINITY ? NO_END : `of ${spokenMs(ms)}`;

/** `1 task`, `2 tasks`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** A whole sentence as a part of one: without its capital letter and its full stop. */
export const midSentence = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, "")}`;

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "nobody";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
