import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import type { Range } from "./ranges.ts";
import { joinBuckets } from "./stretches.ts";

const minuteMs = 60_000;

/**
 * A range of the past, column by column, as the charts draw it. Durations in seconds; counts per
 * minute, or per point where that is longer.
 *
 * @param now by Redis's clock, as the slices are.
 */
export function chartFigures(
  buckets: readonly Bucket[],
  { stepMs }: Range,
  now: number,
) {
  // An incomplete slice would look like a sudden drop.
  const whole = joinBuckets(buckets, stepMs).filter(
    ({ startsAt }) => startsAt + stepMs <= now,
  );
  const rate = (count: number) => count * Math.max(1, minuteMs / stepMs);
  // A line at zero would look like a failure.
  const rareRate = (count: number) => (count > 0 ? rate(count) : null);
  const seconds = (ms: number | undefined) =>
    ms === undefined ? null : Math.round(ms) / 1_000;
  return {
    times: whole.map(({ startsAt }) => (startsAt + stepMs) / 1_000),
    answered: whole.map(({ answered }) => rate(answered)),
    failed: whole.map(({ failed }) => rareRate(failed)),
    calls: whole.map(({ calls }) => rate(calls)),
    rateLimited: whole.map(({ rateLimited }) => rareRate(rateLimited)),
    waitMedian: whole.map(({ waitMedianMs }) => seconds(waitMedianMs)),
    wait95: whole.map(({ wait95Ms }) => seconds(wait95Ms)),
    callMedian: whole.map(({ callMedianMs }) => seconds(callMedianMs)),
    call95: whole.map(({ call95Ms }) => seconds(call95Ms)),
  };
}
