import { percentile } from "../../../support/percentile.ts";
import type { Series } from "../samples/sample.ts";

/** The lowest point of each stretch of so many seconds: what is left when the collector has run. */
export function lowestOf(series: Series, stretchSeconds: number): Series {
  const lowest = new Map<number, readonly [number, number]>();
  for (const point of series) {
    const stretch = Math.floor(point[0] / stretchSeconds);
    const known = lowest.get(stretch);
    if (!known || point[1] < known[1]) lowest.set(stretch, point);
  }
  return [...lowest.values()];
}

/** Growth an hour: the median of the slopes between all pairs of points (Theil and Sen), which spikes do not bend. */
export function slopePerHour(series: Series): number {
  const slopes: number[] = [];
  for (const [i, [from, low]] of series.entries()) {
    for (const [to, high] of series.slice(i + 1)) {
      slopes.push(((high - low) / (to - from)) * 3_600);
    }
  }
  return percentile(slopes, 50);
}

/** The median of the values. */
export function levelOf(series: Series): number {
  return percentile(
    series.map(([, value]) => value),
    50,
  );
}
