/** How long everything is measured. */
export interface Timing {
  readonly rounds: number;
  readonly warmUpMs: number;
  /** Under load before the window opens. */
  readonly rampMs: number;
  readonly windowMs: number;
  /** How long our own server is sampled, after the rounds; `undefined` for not at all. */
  readonly profileMs: number | undefined;
}

/** The contestants in another order each round, so that nobody always runs behind the same one. */
export function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
