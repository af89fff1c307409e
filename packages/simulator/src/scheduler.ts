import type { Brand } from "@mutirao/primitives";

/**
 * A moment of the simulated world, in milliseconds since it began. No node ever sees it: each reads its own clock, and
 * the type keeps the two apart.
 */
export type WorldMs = Brand<number, "WorldMs">;

export const worldMs = (value: number): WorldMs => value as WorldMs;

/** Virtual time. Nothing happens but what was scheduled, and time jumps from one happening to the next. */
export interface Scheduler {
  readonly now: WorldMs;
  /** How many happenings are scheduled. */
  readonly pending: number;
  /** How many happenings have run. */
  readonly ran: number;
  /** Lets something happen at a moment (not before now). What is due at the same moment comes in this order. */
  at(when: WorldMs, run: () => void): void;
  /** The same, `delayMs` from now. */
  after(delayMs: number, run: () => void): void;
  /** Runs the next happening, unless it comes after `until`; then time moves to `until`, and the answer is false. */
  step(until: WorldMs): boolean;
}

interface Happening {
  readonly at: WorldMs;
  readonly order: number;
  readonly run: () => void;
}

/**
 * A plain binary heap. Nothing is ever cancelled or moved here (whoever scheduled it looks whether it still matters),
 * which makes it several times cheaper than a deadline queue, and it is the hottest structure of the simulator.
 */
export function createScheduler(): Scheduler {
  const heap: Happening[] = [];
  let now = worldMs(0);
  let scheduled = 0;
  let ran = 0;

  const at = (when: WorldMs, run: () => void): void => {
    push(heap, { at: when < now ? now : when, order: scheduled++, run });
  };

  return {
    get now() {
      return now;
    },
    get pending() {
      return heap.length;
    },
    get ran() {
      return ran;
    },
    at,
    after: (delayMs, run) => at(worldMs(now + delayMs), run),
    step(until) {
      const first = heap[0];
      if (first === undefined || first.at > until) {
        if (now < until) now = until;
        return false;
      }
      popFirst(heap);
      now = first.at;
      ran++;
      first.run();
      return true;
    },
  };
}

const comesBefore = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Happening[], happening: Happening): void {
  let index = heap.length;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !comesBefore(happening, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = happening;
}

function popFirst(heap: Happening[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const leftIndex = 2 * index + 1;
    const left = heap[leftIndex];
    if (left === undefined) break;
    const right = heap[leftIndex + 1];
    const isRight = right !== undefined && comesBefore(right, left);
    const child = isRight ? right : left;
    if (!comesBefore(child, last)) break;
    heap[index] = child;
    index = isRight ? leftIndex + 1 : leftIndex;
  }
  heap[index] = last;
}
