/** Things that come one after the other, kept as they come. */
export interface Arrivals<T> {
  readonly items: readonly T[];
  add(item: T): void;
  /**
   * Resolves to the first one, from index `from` on, for which the predicate holds, come already or still to come.
   *
   * @param what is awaited, for the message of a failure.
   */
  first(what: string, holds: (item: T) => boolean, from?: number): Promise<T>;
}

/** Not a claim about speed: it only turns a hang into a failure. */
const HANG_GUARD_MS = 80_000;

export function createArrivals<T>(): Arrivals<T> {
  const items: T[] = [];
  const watchers = new Set<() => void>();
  return {
    items,
    add(item) {
      items.push(item);
      for (const watcher of watchers) watcher();
    },
    first(what, holds, from = 0) {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const look = (): void => {
        const index = items.findIndex((item, at) => at >= from && holds(item));
        if (index === -1) return;
        clearTimeout(guard);
        watchers.delete(look);
        resolve(items[index] as T);
      };
      const guard = setTimeout(
        () => reject(new Error(`${what} did not come, only ${JSON.stringify(items.slice(-20))}`)),
        HANG_GUARD_MS,
      );
      watchers.add(look);
      look();
      return promise;
    },
  };
}
