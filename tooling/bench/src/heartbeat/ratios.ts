import { type Spread, spreadOf } from "../stats.ts";

/** `above / below`, round by round, since only figures of the same round were taken under the same conditions. */
export function ratioSpread<F>(
  above: readonly F[],
  below: readonly F[],
  figure: (figures: F) => number,
): Spread | undefined {
  const ratios = above.flatMap((figures, round) => {
    const reference = below[round];
    return reference === undefined ? [] : [figure(figures) / figure(reference)];
  });
  return ratios.length === 0 ? undefined : spreadOf(ratios);
}
