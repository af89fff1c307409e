/** How to read the two clocks, in milliseconds. */
export interface ClockReadings {
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
}

/** Beyond this the wall clock has been set. Below it, it is the two clocks that do not run quite alike. */
const SET_MS = 20;

/** The narrowest of so many readings counts: between two looks at the clocks, the process may have to wait for its turn. */
const READINGS = 5;

/** The offset is at least this, and at most that. */
interface Bounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * What is to be added to a moment of the monotonic clock to tell it by the wall clock. The wall clock has whole
 * milliseconds and both cannot be read at once, so that no two measurements agree; the offset stays as it was measured
 * until the wall clock is set. What is told of one moment is then the same each time.
 */
export function createWallOffset({ wallMs, monotonicMs }: ClockReadings): () => number {
  let heldMs: number | undefined;

  const read = (): Bounds => {
    const before = monotonicMs();
    const wall = wallMs();
    return { leastMs: wall - monotonicMs(), mostMs: wall + 1 - before };
  };

  const measure = (): number => {
    const widthOf = ({ leastMs, mostMs }: Bounds): number => mostMs - leastMs;
    const readings = Array.from({ length: READINGS }, read).sort((a, b) => widthOf(a) - widthOf(b));
    const [{ leastMs, mostMs } = read()] = readings;
    return (leastMs + mostMs) / 2;
  };

  return () => {
    const { leastMs, mostMs } = read();
    const isHeld = heldMs !== undefined && heldMs > leastMs - SET_MS && heldMs < mostMs + SET_MS;
    if (!isHeld) heldMs = measure();
    return heldMs ?? 0;
  };
}
