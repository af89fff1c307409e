/**
 * A `Map` with a limit: setting one key too many evicts the key that was set longest ago. For tables whose keys come
 * from the other side.
 */
export interface BoundedMap<K, V> {
  readonly size: number;
  get(key: K): V | undefined;
  /** Sets the key and makes it the youngest. */
  set(key: K, value: V): void;
  delete(key: K): void;
  values(): IterableIterator<V>;
}

/** @param sizeMax how many keys it holds at most (at least 1). */
export function createBoundedMap<K, V>(sizeMax: number): BoundedMap<K, V> {
  const entries = new Map<K, V>();
  return {
    get size() {
      return entries.size;
    },
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= sizeMax) return;
      // A Map iterates in the order of insertion, so its first key is the oldest.
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    },
    delete: (key) => void entries.delete(key),
    values: () => entries.values(),
  };
}
