import type { Prng } from "@mutirao/primitives";

/** A master that said it could spare workers. */
export interface LenderCandidate<Key> {
  readonly lender: Key;
  /** Workers, as it said last, less what it was asked for since. */
  readonly spare: number;
}

/** One ask: whom, and for how many workers. */
export interface Ask<Key> {
  readonly lender: Key;
  readonly workers: number;
}

/**
 * Whom to ask, of those that said they could spare workers.
 *
 * In random order, those with much to spare likely first: if everybody went to the one with most to spare, all would
 * find it bare. Each is asked for what it said it has, until the need is covered. The caller subtracts what it asked for
 * from what it believes of each, until it hears anew.
 *
 * @param need workers.
 * @param fan how many to ask at most.
 */
export function chooseLenders<Key>(
  candidates: readonly LenderCandidate<Key>[],
  need: number,
  fan: number,
  prng: Prng,
): readonly Ask<Key>[] {
  const asks: Ask<Key>[] = [];
  let left = need;
  for (const { lender, spare } of inWeightedOrder(candidates, prng)) {
    if (left < 1 || asks.length >= fan) break;
    const workers = Math.min(left, Math.floor(spare));
    asks.push({ lender, workers });
    left -= workers;
  }
  return asks;
}

/** Random order weighted by `spare`, by the keys of Efraimidis and Spirakis: `u^(1/w)`, greatest first. */
function inWeightedOrder<Key>(
  candidates: readonly LenderCandidate<Key>[],
  prng: Prng,
): readonly LenderCandidate<Key>[] {
  return candidates
    .filter(({ spare }) => spare >= 1)
    .map((candidate) => ({ candidate, key: Math.log(1 - prng.next()) / candidate.spare }))
    .toSorted((a, b) => b.key - a.key)
    .map(({ candidate }) => candidate);
}

/**
 * Whom to ask without knowing who has anything: a few at random, each for its part of the need. These asks stand at
 * their lenders until they can be filled or their life is over; without them a worker that becomes idle a moment after
 * the ask stays idle (p99 3 times the ideal instead of 1.1).
 *
 * @param lenders live masters that hold no ask of ours yet.
 * @param fan how many to ask.
 */
export function chooseAtRandom<Key>(
  lenders: readonly Key[],
  need: number,
  fan: number,
  prng: Prng,
): readonly Ask<Key>[] {
  const count = Math.min(lenders.length, Math.floor(fan));
  if (need < 1 || count < 1) return [];
  const workers = Math.ceil(need / count);
  const pool = [...lenders];
  const asks: Ask<Key>[] = [];
  for (let index = 0; index < count; index++) {
    const drawn = prng.integer(index, pool.length - 1);
    const lender = pool[drawn] as Key;
    pool[drawn] = pool[index] as Key;
    asks.push({ lender, workers });
  }
  return asks;
}
