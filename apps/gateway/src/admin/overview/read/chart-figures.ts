import { bucketMs } from "@openrouter-free-pool/shared/statistics/figures";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { joinBuckets } from "./last-hour.ts";

/** What one point of a chart stands for. */
const stepMs = 3 * bucketMs;

/**
 * The last hour, column by column, as the charts draw it. Durations in seconds.
 *
 * @param now by Redis's clock, as the slices are.
 */
export function chartFigures(buckets: readonly Bucket[], now: number) {
  // What is not over yet would look like a sudden drop.
  const whole = joinBuckets(buckets, stepMs).filter(
    ({ startsAt }) => startsAt + stepMs <= now,
  );
  const perMinute = 60_000 / stepMs;
  const seconds = (ms: number | undefined) =>
    ms === undefined ? null : Math.round(ms) / 1_000;
  return {
    times: whole.map(({ startsAt }) => (startsAt + stepMs) / 1_000),
    answered: whole.map(({ answered }) => answered * perMinute),
    // A line at zero would look like a failure of its own.
    failed: whole.map(({ failed }) => (failed > 0 ? failed * perMinute : null)),
    waitMedian: whole.map(({ waitMedianMs }) => seconds(waitMedianMs)),
    wait95: whole.map(({ wait95Ms }) => seconds(wait95Ms)),
    callMedian: whole.map(({ callMedianMs }) => seconds(callMedianMs)),
    call95: whole.map(({ call95Ms }) => seconds(call95Ms)),
  };
}
