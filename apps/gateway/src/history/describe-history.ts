import type { HistoryObject } from "@openrouter-free-pool/shared/api/past/history-object";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { type RangeName, ranges } from "./ranges.ts";
import { joinBuckets, type Stretch } from "./stretches.ts";

/** A range as the API shows it. */
export function describeHistory(
  name: RangeName,
  buckets: readonly Bucket[],
): HistoryObject {
  const { stepMs } = ranges[name];
  return {
    range: name,
    stepSeconds: stepMs / 1_000,
    points: joinBuckets(buckets, stepMs).map(toPoint),
  };
}

function toPoint(stretch: Stretch): HistoryObject["points"][number] {
  const { startsAt, answered, failed, refused, gone } = stretch;
  return {
    from: new Date(startsAt).toISOString(),
    requests: answered + failed + gone,
    answered,
    failed,
    refused,
    gone,
    calls: stretch.calls,
    rateLimited: stretch.rateLimited,
    waitP50Ms: wholeMs(stretch.waitMedianMs),
    waitP95Ms: wholeMs(stretch.wait95Ms),
    callP50Ms: wholeMs(stretch.callMedianMs),
    callP95Ms: wholeMs(stretch.call95Ms),
  };
}

function wholeMs(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}
