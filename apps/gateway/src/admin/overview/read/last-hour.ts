import { percentile } from "@openrouter-free-pool/shared/statistics/duration-bins";
import {
  bucketMs,
  type DurationName,
} from "@openrouter-free-pool/shared/statistics/figures";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { clientGone } from "../../../errors/gateway-error.ts";

/** What is shown of one stretch of time. Durations in ms; undefined where nothing happened. */
type Stretch = {
  /** ms since the epoch. */
  readonly startsAt: number;
  readonly answered: number;
  readonly failed: number;
  readonly waitMedianMs: number | undefined;
  readonly wait95Ms: number | undefined;
  readonly callMedianMs: number | undefined;
  readonly call95Ms: number | undefined;
};

/** Joins slices of time into stretches of `stepMs`, which begin at whole multiples of it. */
export function joinBuckets(
  buckets: readonly Bucket[],
  stepMs: number,
): Stretch[] {
  const groups = Map.groupBy(buckets, ({ startsAt }) =>
    Math.floor(startsAt / stepMs),
  );
  return [...groups].map(([step, group]) => ({
    ...summarize(group),
    startsAt: step * stepMs,
  }));
}

/** Adds up slices of time. */
export function summarize(buckets: readonly Bucket[]): Stretch {
  const wait = distribution(buckets, "wait");
  const call = distribution(buckets, "call");
  const requests = countBy(buckets, "status:");
  const countWhere = (applies: (status: number) => boolean) =>
    requests
      .filter(({ name }) => applies(Number(name)))
      .reduce((sum, { count }) => sum + count, 0);
  return {
    startsAt: buckets[0]?.startsAt ?? 0,
    answered: countWhere((status) => status < 400),
    failed: countWhere((status) => status >= 400 && status !== clientGone),
    waitMedianMs: percentile(wait, 0.5),
    wait95Ms: percentile(wait, 0.95),
    callMedianMs: percentile(call, 0.5),
    call95Ms: percentile(call, 0.95),
  };
}

/** A thing that was counted, and when it was seen last. */
export type Tally = {
  /** Without the prefix that was asked for. */
  readonly name: string;
  readonly count: number;
  /** End of the newest slice that has it, ms since the epoch. */
  readonly lastAt: number;
};

/** Everything whose name begins with `prefix`, most frequent first. */
export function countBy(buckets: readonly Bucket[], prefix: string): Tally[] {
  const tallies = new Map<string, { count: number; lastAt: number }>();
  for (const { startsAt, counts } of buckets) {
    for (const [name, count] of counts) {
      if (!name.startsWith(prefix)) continue;
      const tally = tallies.get(name) ?? { count: 0, lastAt: 0 };
      tally.count += count;
      tally.lastAt = Math.max(tally.lastAt, startsAt + bucketMs);
      tallies.set(name, tally);
    }
  }
  return [...tallies]
    .map(([name, tally]) => ({ name: name.slice(prefix.length), ...tally }))
    .sort((a, b) => b.count - a.count);
}

function distribution(
  buckets: readonly Bucket[],
  name: DurationName,
): ReadonlyMap<number, number> {
  const prefix = `ms:${name}:`;
  return new Map(
    countBy(buckets, prefix).map((tally) => [Number(tally.name), tally.count]),
  );
}
