/** Milliseconds since 1970, in fractions: the same in every process, as long as nobody sets the clock of the machine. */
export const clockMs = (): number => performance.timeOrigin + performance.now();
