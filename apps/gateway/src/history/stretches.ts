import { percentile } from "@openrouter-free-pool/shared/statistics/duration-bins";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { clientGone } from "../errors/gateway-error.ts";

/** The figures of one stretch of time. Durations in ms; undefined when nothing happened. */
export type Stretch = {
  /** ms since the epoch. */
  readonly startsAt: number;
  readonly answered: number;
  /** Ended with an error; those whose clients had gone do not count. */
  readonly failed: number;
  /** The failed ones that were told to retry later, by a 429. */
  readonly refused: number;
  /** Requests whose clients went away before their answer. */
  readonly gone: number;
  /** Calls sent to OpenRouter, refused ones included. */
  readonly calls: number;
  /** The calls that OpenRouter answered with a 429. */
  readonly rateLimited: number;
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

/** Adds up slices of time, in one pass: 90 days have some 50,000 counts. */
export function summarize(buckets: readonly Bucket[]): Stretch {
  const wait = new Map<number, number>();
  const call = new Map<number, number>();
  const sums = { answered: 0, failed: 0, refused: 0, gone: 0 };
  const sent = { calls: 0, rateLimited: 0 };
  for (const { counts } of buckets) {
    for (const [field, count] of counts) {
      const at = field.lastIndexOf(":");
      if (field.startsWith("status:")) {
        addStatus(sums, Number(field.slice(at + 1)), count);
      } else if (field.startsWith("verdict:")) {
        addVerdict(sent, field.slice("verdict:".length), count);
      } else if (field.startsWith("ms:wait:")) {
        addBin(wait, Number(field.slice(at + 1)), count);
      } else if (field.startsWith("ms:call:")) {
        addBin(call, Number(field.slice(at + 1)), count);
      }
    }
  }
  return {
    startsAt: buckets[0]?.startsAt ?? 0,
    ...sums,
    ...sent,
    waitMedianMs: percentile(wait, 0.5),
    wait95Ms: percentile(wait, 0.95),
    callMedianMs: percentile(call, 0.5),
    call95Ms: percentile(call, 0.95),
  };
}

type Sums = { answered: number; failed: number; refused: number; gone: number };

function addStatus(sums: Sums, status: number, count: number): void {
  if (status < 400) sums.answered += count;
  else if (status === clientGone) sums.gone += count;
  else sums.failed += count;
  if (status === 429) sums.refused += count;
}

/** Calls that were never sent. */
const notCalled: ReadonlySet<string> = new Set(["not-sent", "too-late"]);
const rateLimits = /^(account|model)-limited\b/;

function addVerdict(
  sent: { calls: number; rateLimited: number },
  verdict: string,
  count: number,
): void {
  if (!notCalled.has(verdict)) sent.calls += count;
  if (rateLimits.test(verdict)) sent.rateLimited += count;
}

function addBin(bins: Map<number, number>, bin: number, count: number): void {
  bins.set(bin, (bins.get(bin) ?? 0) + count);
}

/** A counted name, and when it was seen last. */
export type Tally = {
  /** Without the given prefix. */
  readonly name: string;
  readonly count: number;
  /** Start of the newest slice that has it, ms since the epoch. */
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
      tally.lastAt = Math.max(tally.lastAt, startsAt);
      tallies.set(name, tally);
    }
  }
  return [...tallies]
    .map(([name, tally]) => ({ name: name.slice(prefix.length), ...tally }))
    .sort((a, b) => b.count - a.count);
}
