import { assert } from "./assert.ts";
import type { InstantMs } from "./time.ts";

/**
 * Things that are due at a moment, earliest first; things due at the same moment come in the order in which they were
 * scheduled, so that a replay is exact.
 */
export interface DeadlineQueue<T> {
  /** How many things are scheduled. */
  readonly size: number;
  /** Schedules the item, or moves it if it is scheduled already. O(log n). */
  schedule(item: T, at: InstantMs): void;
  /**
   * Forgets the item. O(log n). An item that was taken out stays known (it is likely to be scheduled again, and a map
   * from which and to which the same keys go all the time costs more than the heap), so this is also the way to let go
   * of one that will not come back.
   */
  cancel(item: T): void;
  /** When the item is due; `undefined` if it is not scheduled. O(1). */
  deadlineOf(item: T): InstantMs | undefined;
  /** When the first item is due. O(1). */
  nextDeadline(): InstantMs | undefined;
  /** Takes out the first item that is due at `now` or was due before. O(log n). */
  takeDue(now: InstantMs): T | undefined;
}

interface Slot<T> {
  readonly item: T;
  at: InstantMs;
  order: number;
  /** Its place in the heap; `NOWHERE` while it is not scheduled. */
  index: number;
}

const NOWHERE = -1;

/**
 * An indexed binary heap. A timing wheel would make scheduling O(1), but needs ticks, and with them a resolution; at
 * 10,000 peers a step of the heap is 14 comparisons, a fraction of the system call that each beat costs anyway.
 */
export function createDeadlineQueue<T>(): DeadlineQueue<T> {
  const slots = new Map<T, Slot<T>>();
  const heap: Slot<T>[] = [];
  let scheduled = 0;

  const place = (slot: Slot<T>, index: number): void => {
    heap[index] = slot;
    slot.index = index;
  };

  const siftUp = (slot: Slot<T>): void => {
    let index = slot.index;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !comesBefore(slot, parent)) break;
      place(parent, index);
      index = parentIndex;
    }
    place(slot, index);
  };

  const siftDown = (slot: Slot<T>): void => {
    let index = slot.index;
    for (;;) {
      const child = earlierOf(heap[2 * index + 1], heap[2 * index + 2]);
      if (child === undefined || !comesBefore(child, slot)) break;
      const childIndex = child.index;
      place(child, index);
      index = childIndex;
    }
    place(slot, index);
  };

  const remove = (slot: Slot<T>): void => {
    const { index } = slot;
    slot.index = NOWHERE;
    const last = heap.pop();
    assert(last !== undefined, "a scheduled item is in the heap");
    if (last === slot) return;
    place(last, index);
    siftUp(last);
    siftDown(last);
  };

  return {
    get size() {
      return heap.length;
    },
    schedule(item, at) {
      let slot = slots.get(item);
      if (slot === undefined) {
        slot = { item, at, order: 0, index: NOWHERE };
        slots.set(item, slot);
      }
      slot.at = at;
      slot.order = scheduled++;
      if (slot.index === NOWHERE) place(slot, heap.length);
      siftUp(slot);
      siftDown(slot);
    },
    cancel(item) {
      const slot = slots.get(item);
      if (slot === undefined) return;
      slots.delete(item);
      if (slot.index !== NOWHERE) remove(slot);
    },
    deadlineOf(item) {
      const slot = slots.get(item);
      return slot === undefined || slot.index === NOWHERE ? undefined : slot.at;
    },
    nextDeadline: () => heap[0]?.at,
    takeDue(now) {
      const first = heap[0];
      if (first === undefined || first.at > now) return undefined;
      remove(first);
      return first.item;
    },
  };
}

function comesBefore(a: Slot<unknown>, b: Slot<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function earlierOf<T>(left: Slot<T> | undefined, right: Slot<T> | undefined): Slot<T> | undefined {
  if (left === undefined || right === undefined) return left;
  return comesBefore(right, left) ? right : left;
}
