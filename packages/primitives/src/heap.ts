/** Things in an order, of which only the first is ever wanted. */
export interface Heap<T> {
  readonly size: number;
  /** O(log n). */
  add(item: T): void;
  /** O(1). */
  first(): T | undefined;
  /** O(log n). */
  takeFirst(): T | undefined;
  /** Lets go of all that do not pass. O(n). */
  keep(passes: (item: T) => boolean): void;
}

/**
 * A binary heap.
 *
 * @param comesBefore a strict order; of things that are equal in it, any may come first.
 */
export function createHeap<T>(comesBefore: (a: T, b: T) => boolean): Heap<T> {
  let items: T[] = [];

  const add = (item: T): void => {
    let index = items.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || !comesBefore(item, parent)) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  };

  const siftDown = (item: T): void => {
    let index = 0;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = items[leftIndex];
      if (left === undefined) break;
      const right = items[leftIndex + 1];
      const isRight = right !== undefined && comesBefore(right, left);
      const child = isRight ? right : left;
      if (!comesBefore(child, item)) break;
      items[index] = child;
      index = isRight ? leftIndex + 1 : leftIndex;
    }
    items[index] = item;
  };

  return {
    get size() {
      return items.length;
    },
    add,
    first: () => items[0],
    takeFirst() {
      const first = items[0];
      const last = items.pop();
      if (last !== undefined && items.length > 0) siftDown(last);
      return first;
    },
    keep(passes) {
      const kept = items.filter(passes);
      items = [];
      for (const item of kept) add(item);
    },
  };
}
