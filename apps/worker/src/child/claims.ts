/**
 * Who has a run: the loop that begins it, or the witness that takes it back because the loop does not turn. Both are
 * threads of one process, so whoever is first in the shared memory has it, and no run is ever begun twice.
 */
export interface Claims {
  /** Whether the run is the caller's. It is nobody else's then, for good. */
  claim(serial: number): boolean;
}

/** @param runsMax how many runs the process may have at once. */
export const createClaimsMemory = (runsMax: number): SharedArrayBuffer => new SharedArrayBuffer(4 * runsMax);

/**
 * A cell holds the highest serial that was claimed in it. Runs of which it is not yet known who has them are fewer than
 * there are cells, and their serials follow each other, so no two of them share one.
 */
export function createClaims(memory: SharedArrayBuffer): Claims {
  const cells = new Int32Array(memory);
  return {
    claim(serial) {
      const cell = serial % cells.length;
      for (;;) {
        const highest = Atomics.load(cells, cell);
        if (highest >= serial) return false;
        // The other side may have claimed an older run here in the meantime: that says nothing about this one.
        if (Atomics.compareExchange(cells, cell, highest, serial) === highest) return true;
      }
    },
  };
}
