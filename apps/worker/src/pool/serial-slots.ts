import { WORKER_SLOTS_MAX } from "@mutirao/protocol";

/**
 * A few things by their serials, which count up.
 *
 * It is not a `Map`, because that is dear where short-lived things come and go all the time: what it let go of stays
 * reachable from its older tables until the next full collection, so that every young one copies it. With a `Map` here,
 * a short task cost its process four times as much.
 */
export interface SerialSlots<T> {
  readonly size: number;
  /** The first serial above this one that there is a slot for. */
  nextFree(serial: number): number;
  get(serial: number): T | undefined;
  set(serial: number, thing: T): void;
  delete(serial: number): void;
  /** Lowest serial first. */
  values(): T[];
}

/** Room for as many things as a worker may run at once. */
export function createSerialSlots<T>(): SerialSlots<T> {
  const things = new Array<T | undefined>(WORKER_SLOTS_MAX).fill(undefined);
  const serials = new Array<number>(WORKER_SLOTS_MAX).fill(0);
  let size = 0;
  return {
    get size() {
      return size;
    },
    nextFree(serial) {
      let next = serial + 1;
      while (things[next % WORKER_SLOTS_MAX] !== undefined) next += 1;
      return next;
    },
    get: (serial) => (serials[serial % WORKER_SLOTS_MAX] === serial ? things[serial % WORKER_SLOTS_MAX] : undefined),
    set(serial, thing) {
      const slot = serial % WORKER_SLOTS_MAX;
      if (things[slot] === undefined) size += 1;
      things[slot] = thing;
      serials[slot] = serial;
    },
    delete(serial) {
      const slot = serial % WORKER_SLOTS_MAX;
      if (serials[slot] !== serial || things[slot] === undefined) return;
      things[slot] = undefined;
      size -= 1;
    },
    values() {
      const there = Array.from(things, (thing, slot) => ({ thing, serial: serials[slot] ?? 0 }));
      there.sort((a, b) => a.serial - b.serial);
      return there.flatMap(({ thing }) => (thing === undefined ? [] : [thing]));
    },
  };
}
