import { assert } from "@mutirao/primitives";

/**
 * Counts what happened, by name. Every name is declared, with what it means, before anything is counted: a thing that
 * was meant to happen sometimes and never did shows as zero, and a batch of runs with a zero in it fails.
 */
export interface Counters {
  count(name: string): void;
  /** Adds what another set with the same names has counted, by its entries. */
  add(counts: Iterable<readonly [string, number]>): void;
  of(name: string): number;
  /** The names that were never counted, in the order of their declaration. */
  zeros(): readonly string[];
  entries(): IterableIterator<[string, number]>;
}

export function createCounters(names: Iterable<string>): Counters {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, 0);
  const increase = (name: string, by: number): void => {
    const count = counts.get(name);
    assert(count !== undefined, `the counter ${name} is declared`);
    counts.set(name, count + by);
  };
  return {
    count: (name) => increase(name, 1),
    add(counts) {
      for (const [name, count] of counts) increase(name, count);
    },
    of: (name) => counts.get(name) ?? 0,
    zeros: () => [...counts].filter(([, count]) => count === 0).map(([name]) => name),
    entries: () => counts.entries(),
  };
}
