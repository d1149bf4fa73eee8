const firstMs = 5;
const growth = 1.5;

/**
 * Upper bounds (ms) of the bins in which durations are counted: fine enough for
 * a percentile on a chart, from milliseconds to an hour.
 */
export const binBounds: readonly number[] = Array.from(
  { length: 34 },
  (_, index) => Math.round(firstMs * growth ** index),
);

/** The bin of a duration; the last bin has no upper bound. */
export function binOf(ms: number): number {
  const bin = binBounds.findIndex((bound) => ms <= bound);
  return bin < 0 ? binBounds.length : bin;
}

/**
 * The duration below which a share of all durations lies, in ms, interpolated within its bin.
 *
 * @param counts the number of durations in each bin.
 * @param share 0.5 for the median, 0.95 …
 * @returns undefined when there were none.
 */
export function percentile(
  counts: ReadonlyMap<number, number>,
  share: number,
): number | undefined {
  const bins = [...counts].sort(([a], [b]) => a - b);
  const total = bins.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return undefined;
  let left = share * total;
  for (const [bin, count] of bins) {
    if (left <= count) {
      const lower = bin === 0 ? 0 : (binBounds[bin - 1] ?? 0);
      const upper = binBounds[bin] ?? lower * growth;
      return lower + (upper - lower) * (left / count);
    }
    left -= count;
  }
  return binBounds.at(-1);
}
