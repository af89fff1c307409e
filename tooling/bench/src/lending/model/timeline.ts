import { createHeap } from "@mutirao/primitives";

/** Virtual time: things happen in the order of their moments, and at one moment in that of their planning. */
export interface Timeline {
  readonly nowMs: number;
  after(delayMs: number, happen: () => void): void;
  at(atMs: number, happen: () => void): void;
  /** When the next thing will happen; infinite if nothing will. */
  nextAtMs(): number;
  /** Lets time pass to that moment, at which nothing planned is due earlier. */
  passTo(atMs: number): void;
  /** Lets the next thing happen. */
  step(): void;
}

interface Planned {
  readonly atMs: number;
  readonly ordinal: number;
  readonly happen: () => void;
}

export function createTimeline(): Timeline {
  const planned = createHeap<Planned>((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.ordinal < b.ordinal));
  let nowMs = 0;
  let ordinal = 0;
  const at = (atMs: number, happen: () => void): void => planned.add({ atMs, ordinal: ordinal++, happen });
  return {
    get nowMs() {
      return nowMs;
    },
    after: (delayMs, happen) => at(nowMs + delayMs, happen),
    at,
    nextAtMs: () => planned.first()?.atMs ?? Number.POSITIVE_INFINITY,
    passTo(atMs) {
      nowMs = atMs;
    },
    step() {
      const next = planned.takeFirst();
      if (next === undefined) return;
      nowMs = next.atMs;
      next.happen();
    },
  };
}
