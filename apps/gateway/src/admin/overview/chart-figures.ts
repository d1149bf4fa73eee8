import {
  bucketAt,
  bucketMs,
} from "@openrouter-free-pool/shared/statistics/figures";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { summarize } from "./last-hour.ts";

/** Processes send their counts late by this many slices at most. */
const unfinished = 1;

/** The last hour, column by column, as the charts draw it. Durations in seconds. */
export function chartFigures(buckets: readonly Bucket[]) {
  const current = bucketAt(Date.now());
  const whole = buckets
    .filter(({ startsAt }) => bucketAt(startsAt) <= current - unfinished)
    .map((bucket) => summarize([bucket]));
  const perMinute = 60_000 / bucketMs;
  const seconds = (ms: number | undefined) =>
    ms === undefined ? null : Math.round(ms) / 1_000;
  return {
    times: whole.map(({ startsAt }) => (startsAt + bucketMs) / 1_000),
    answered: whole.map(({ answered }) => answered * perMinute),
    // A line at zero would look like a failure of its own.
    failed: whole.map(({ failed }) => (failed > 0 ? failed * perMinute : null)),
    waitMedian: whole.map(({ waitMedianMs }) => seconds(waitMedianMs)),
    wait95: whole.map(({ wait95Ms }) => seconds(wait95Ms)),
    callMedian: whole.map(({ callMedianMs }) => seconds(callMedianMs)),
    call95: whole.map(({ call95Ms }) => seconds(call95Ms)),
  };
}
