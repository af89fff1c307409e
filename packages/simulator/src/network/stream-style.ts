import type { Prng } from "@mutirao/primitives";

/** How a network treats the bytes of a stream. TCP promises their order and nothing about their grouping. */
export interface StreamStyle {
  /** How often what was written in one go arrives in several chunks. */
  readonly cutRate: number;
  /** How often a write is cut into single bytes. */
  readonly byteByByteRate: number;
  /** How often what was written in two goes arrives in one chunk. */
  readonly mergeRate: number;
  /** Bytes under way and not yet read, one way, above which the sender has to wait. */
  readonly windowBytes: number;
}

/** The lengths into which a write of `length` bytes is cut. */
export function drawCuts(length: number, style: StreamStyle, prng: Prng): readonly number[] {
  if (length > 1 && length <= 256 && prng.chance(style.byteByByteRate)) return Array.from({ length }, () => 1);
  if (length < 2 || !prng.chance(style.cutRate)) return [length];
  const first = prng.integer(1, length - 1);
  const second = length - first;
  if (second < 2 || prng.chance(0.5)) return [first, second];
  const middle = prng.integer(1, second - 1);
  return [first, middle, second - middle];
}
