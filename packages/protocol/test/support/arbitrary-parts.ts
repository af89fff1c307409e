import { durationMs, nodeId } from "@mutirao/primitives";
import fc from "fast-check";
import { printable } from "../../src/index.ts";

/** Optional fields are left out rather than undefined, as `exactOptionalPropertyTypes` wants it. */
export const optional = { noNullPrototype: true } as const;

export const text = fc.string({ unit: "binary", minLength: 1, maxLength: 128 }).filter((id) => id.length <= 128);
export const node = text.map(nodeId);

/** The number of an attempt, or of a lease. */
export const ordinal = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));

export const duration = fc
  .oneof(fc.nat(86_400_000), fc.double({ min: 1, max: 86_400_000, noNaN: true }))
  .map(durationMs);

/** Words that are safe to print already. */
export const shown = (lengthMax: number): fc.Arbitrary<string> =>
  fc.string({ unit: "binary", maxLength: 2 * lengthMax }).map((words) => printable(words, lengthMax));
