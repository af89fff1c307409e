/** Some figures of one kind, one per round. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || min === undefined || max === undefined) {
    throw new RangeError("a spread needs at least one figure");
  }
  return { median: (low + high) / 2, min, max };
}

/** A figure with three significant digits, at most two of them decimals, thousands apart: `0.91`, `13.5`, `74,100`. */
export function formatFigure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digitsBeforePoint = Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
  const decimals = Math.max(0, 3 - digitsBeforePoint);
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** `median (min-max)`; the median alone if there was only one figure. */
export function formatSpread({ median, min, max }: Spread, format: (value: number) => string = formatFigure): string {
  return min === max ? format(median) : `${format(median)} (${format(min)}-${format(max)})`;
}
